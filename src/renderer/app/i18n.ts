/**
 * The interface's languages. Each is a folder of JSON files, one a page; a file's name is the first part of its keys:
 * `locales/en/train.json` holds `train.…`. A language counts as there when its folder is.
 */
import { createI18n } from 'vue-i18n'
import { usePreferences } from './preferences.ts'

type Messages = Readonly<Record<string, unknown>>
const files = import.meta.glob<{ default: Messages }>('../locales/*/*.json', { eager: true })

const messages: Record<string, Record<string, Messages>> = {}
for (const [file, module] of Object.entries(files)) {
  const [, language = '', page = ''] = /\/locales\/([^/]+)\/([^/]+)\.json$/.exec(file) ?? []
  ;(messages[language] ??= {})[page] = module.default
}

/** Codes of the languages there are (BCP 47), English first. */
export const languages: readonly string[] = Object.keys(messages).sort((a, b) =>
  a === 'en' ? -1 : b === 'en' ? 1 : a.localeCompare(b),
)

/** The language asked for, else the system's if we speak it, else English. */
export function chosenLanguage(wanted: string | null): string {
  const candidates = wanted === null ? navigator.languages : [wanted]
  for (const candidate of candidates) {
    const found = languages.find((one) => one === candidate || one === candidate.split('-')[0])
    if (found !== undefined) return found
  }
  return 'en'
}

export const i18n = createI18n<false>({
  legacy: false,
  locale: chosenLanguage(usePreferences().language.value),
  fallbackLocale: 'en',
  messages: messages as never,
})
