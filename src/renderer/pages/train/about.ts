/** An estimate as people say it: to five seconds, whole minutes, or ten minutes of an hour. */
export interface RoundTime {
  readonly unit: 'second' | 'minute' | 'hour'
  readonly value: number
}

export function roundTime(seconds: number): RoundTime {
  if (seconds < 57.5) return { unit: 'second', value: Math.max(5, Math.round(seconds / 5) * 5) }
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return { unit: 'minute', value: minutes }
  return { unit: 'hour', value: Math.round(minutes / 6) / 10 }
}

/** The same in words of a language. */
export function aboutTime(seconds: number, locale: string): string {
  const { unit, value } = roundTime(seconds)
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(value)
}
