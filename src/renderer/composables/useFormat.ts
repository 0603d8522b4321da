/** Numbers, times and sizes in the chosen language. */
import { useI18n } from 'vue-i18n'

export interface Format {
  number(value: number, digits?: number): string
  /** A share in [0, 1] as per cent. */
  percent(value: number, digits?: number): string
  /** A score: four significant digits. */
  score(value: number): string
  /** ISO 8601 to local date and time. */
  moment(value: string): string
  date(value: string): string
  time(value: string): string
  /** Seconds as `1 h 5 min`, `2 min 10 s`, `8 s`. */
  duration(seconds: number): string
  /** `5 minutes ago`. */
  ago(value: string): string
  bytes(value: number): string
}

const steps = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
  ['week', 4.35],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const

export function useFormat(): Format {
  const { locale } = useI18n()
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale.value, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value)
  return {
    number: (value, digits = 0) =>
      new Intl.NumberFormat(locale.value, {
        maximumFractionDigits: digits,
        minimumFractionDigits: digits,
      }).format(value),
    percent: (value, digits = 1) =>
      new Intl.NumberFormat(locale.value, { style: 'percent', maximumFractionDigits: digits }).format(value),
    score: (value) => new Intl.NumberFormat(locale.value, { maximumSignificantDigits: 4 }).format(value),
    moment: (value) =>
      new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(
        new Date(value),
      ),
    date: (value) => new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' }).format(new Date(value)),
    time: (value) => new Intl.DateTimeFormat(locale.value, { timeStyle: 'medium' }).format(new Date(value)),
    duration: (seconds) => {
      const whole = Math.max(0, Math.round(seconds))
      const hours = Math.floor(whole / 3600)
      const minutes = Math.floor((whole % 3600) / 60)
      if (hours > 0) return `${unit(hours, 'hour')} ${unit(minutes, 'minute')}`
      if (minutes >= 10) return unit(minutes, 'minute')
      if (minutes > 0) return `${unit(minutes, 'minute')} ${unit(whole % 60, 'second')}`
      return unit(whole, 'second')
    },
    ago: (value) => {
      let amount = (new Date(value).getTime() - Date.now()) / 1000
      const format = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' })
      for (const [name, size] of steps) {
        if (Math.abs(amount) < size) return format.format(Math.round(amount), name)
        amount /= size
      }
      return value
    },
    bytes: (value) => {
      const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
      const power = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)))
      return new Intl.NumberFormat(locale.value, {
        style: 'unit',
        unit: names[power] ?? 'byte',
        maximumFractionDigits: power > 1 ? 1 : 0,
      }).format(value / 1000 ** power)
    },
  }
}
