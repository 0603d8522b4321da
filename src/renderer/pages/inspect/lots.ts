/** Names of lots. */

/** Local date as `2026-11-24`. */
function dayOf(moment: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
}

const suggested = /^\d{4}-\d{2}-\d{2}-\d{2,}$/

/**
 * A name for the next lot: the date and a running number (`2026-11-24-03`), or, where people use names of their own
 * that end in a number (`Order 4711-2`), that name with the next number. Never one that is taken.
 *
 * @param last the lot before, if any
 * @param taken names of the project's lots
 */
export function nextLotName(last: string | null, taken: readonly string[], now: Date): string {
  const used = new Set(taken)
  if (last !== null) used.add(last)
  const own = last === null || suggested.test(last) ? null : /^(.*\D)(\d{1,9})$/.exec(last)
  const [stem, first, digits] =
    own === null ? [`${dayOf(now)}-`, 1, 2] : [own[1] ?? '', Number(own[2]) + 1, (own[2] ?? '').length]
  for (let number = first; ; number++) {
    const name = `${stem}${String(number).padStart(digits, '0')}`
    if (!used.has(name)) return name
  }
}
