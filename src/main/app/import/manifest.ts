import { readFile } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import { parse } from 'csv-parse/sync'
import { ImportError } from './entries.ts'

const groupColumns = ['tile_group', 'group', 'part', 'group_key', 'part_id']
const pathColumns = ['path', 'file']

/** A row of a table by its lower-case column names, with the line it starts on. */
export interface TableRow {
  readonly line: number
  readonly cells: Readonly<Record<string, string>>
}

/**
 * Reads a CSV table with a header line: UTF-8 with or without byte order mark, comma, semicolon or tab.
 *
 * @throws ImportError `bad-table`, `missing`
 */
export async function readTable(file: string): Promise<{ columns: string[]; rows: TableRow[] }> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new ImportError('missing', `The table ${file} could not be read: ${messageOf(error)}.`, {
      cause: error,
    })
  }
  let columns: string[] = []
  try {
    const rows = parse<{ record: Record<string, string>; info: { lines: number } }>(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
      delimiter: delimiterOf(text),
      info: true,
      columns: (header: string[]) => (columns = header.map((name) => name.trim().toLowerCase())),
    })
    return { columns, rows: rows.map(({ record, info }) => ({ line: info.lines, cells: record })) }
  } catch (error) {
    throw new ImportError('bad-table', `The table ${file} is not a proper CSV file: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

/**
 * The physical part of each image from the `manifest.csv` at a folder's top, if it has a column for it. Images of
 * one part look alike: a part in both train and validation makes a model seem better than it is.
 */
export class Groups {
  readonly #root: string
  readonly #groups: ReadonlyMap<string, string>

  private constructor(root: string, groups: ReadonlyMap<string, string>) {
    this.#root = root
    this.#groups = groups
  }

  static async read(root: string, tableNames: readonly string[]): Promise<Groups> {
    const groups = new Map<string, string>()
    const name = tableNames.find((table) => table.toLowerCase() === 'manifest.csv')
    if (name === undefined) return new Groups(root, groups)
    const { columns, rows } = await readTable(join(root, name))
    const path = pathColumns.find((column) => columns.includes(column))
    const group = groupColumns.find((column) => columns.includes(column))
    if (path !== undefined && group !== undefined) {
      for (const { cells } of rows) {
        const value = cells[group] ?? ''
        if (value !== '') groups.set(posix.normalize((cells[path] ?? '').replaceAll('\\', '/')), value)
      }
    }
    return new Groups(root, groups)
  }

  get size(): number {
    return this.#groups.size
  }

  of(file: string): string | null {
    return this.#groups.get(relative(this.#root, file).split(sep).join('/')) ?? null
  }
}

function delimiterOf(text: string): string {
  const header = text.split(/\r?\n/, 1)[0] ?? ''
  const count = (character: string): number => header.split(character).length
  return [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
