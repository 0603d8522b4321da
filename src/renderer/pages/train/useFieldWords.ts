/** Names and explanations of settings: in the chosen language where it has them, else as the family gives them. */
import { useI18n } from 'vue-i18n'
import type { Field } from '../../../contract/index.ts'
import { useFormat } from '../../composables/useFormat.ts'
import { plainName } from './form-model.ts'

export interface FieldWords {
  name(name: string): string
  help(field: Field): string
  /** A value as people write it. */
  value(name: string, value: unknown): string
  loss(name: string): string
}

export function useFieldWords(): FieldWords {
  const { t, te } = useI18n()
  const { number } = useFormat()
  const known = (key: string): string | undefined => (te(key) || te(key, 'en') ? t(key) : undefined)
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
  return {
    name: (name) => known(`train.field.${name}.name`) ?? capital(plainName(name)),
    help: (field) => known(`train.field.${field.name}.help`) ?? field.help,
    value(name, value) {
      if (value === undefined || value === null) return '–'
      if (typeof value === 'boolean') return t(value ? 'train.yes' : 'train.no')
      const word = known(`train.choice.${name}.${String(value)}`)
      if (word !== undefined) return word
      if (typeof value !== 'number') return String(value)
      return Number.isInteger(value) ? number(value) : String(value)
    },
    loss: (name) => known(`train.loss.${name}`) ?? capital(plainName(name)),
  }
}
