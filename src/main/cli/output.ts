/**
 * What the program says and where: results on standard output, everything else on standard error. With `--json`
 * standard output gets exactly one JSON document.
 */

/** The streams, as far as they are used; tests give their own. */
export interface Streams {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
}

export class Output {
  readonly #streams: Streams
  readonly isJson: boolean
  #hasDocument = false

  constructor(streams: Streams, isJson: boolean) {
    this.#streams = streams
    this.isJson = isJson
  }

  /** The one JSON document; ignored without `--json`. */
  json(value: unknown): void {
    if (!this.isJson || this.#hasDocument) return
    this.#hasDocument = true
    // JSON knows no NaN: it becomes null, as JSON.stringify has it.
    this.#streams.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  }

  /** A line of the result for people; ignored with `--json`. */
  line(text = ''): void {
    if (!this.isJson) this.#streams.stdout.write(`${text}\n`)
  }

  /** A remark, on standard error. */
  note(text: string): void {
    this.#streams.stderr.write(`${text}\n`)
  }

  /** Rows in columns; numbers to the right. */
  table(headings: readonly string[], rows: readonly (readonly (string | number | null)[])[]): void {
    if (this.isJson) return
    for (const line of formatTable(headings, rows)) this.line(line)
  }
}

/** Lines of a table: columns as wide as they need, two spaces between, numbers to the right. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string[] {
  const texts = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))))
  const isNumeric = headings.map(
    (_, column) =>
      rows.some((row) => typeof row[column] === 'number') &&
      rows.every(
        (row) => row[column] === null || row[column] === undefined || typeof row[column] === 'number',
      ),
  )
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => (row[column] ?? '').length)),
  )
  const lineOf = (cells: readonly string[]) =>
    headings
      .map((_, column) => {
        const width = widths[column] ?? 0
        const cell = cells[column] ?? ''
        return isNumeric[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [lineOf(headings), ...texts.map(lineOf)]
}

/** A count with its noun: `1 image`, `2 images`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** A duration for people: `1.5 s`, `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown'
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 100) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** A measured number with four significant digits; `–` for none. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  return size !== 0 && (size < 0.001 || size >= 100_000) ? value.toExponential(3) : value.toPrecision(4)
}

/** A stored time (ISO 8601 in UTC) as local time without fractions. */
export function localTime(iso: string): string {
  const time = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}
