import type { Query } from './connection.ts'
import type { StoreContext } from './context.ts'
import type { FileArea } from './files.ts'

const batch = 100

/**
 * Removes files whose rows are gone. Each batch looks up and removes under the database's write lock, so no other
 * process can begin to use a file between the look and the removal: rows are inserted under that same lock, and
 * only if their file is there.
 */
export class GarbageCollector {
  readonly #context: StoreContext
  readonly #next: Query<[number], { area: FileArea; name: string }>
  readonly #done: Query<[string, string], never>
  readonly #imageUsed: Query<[{ sha256: string; extension: string }], { used: number }>

  constructor(context: StoreContext) {
    this.#context = context
    const { connection } = context
    this.#next = connection.prepare('SELECT area, name FROM doomed_file LIMIT ?')
    this.#done = connection.prepare('DELETE FROM doomed_file WHERE area = ? AND name = ?')
    this.#imageUsed = connection.prepare(
      `SELECT 1 AS used WHERE
         EXISTS (SELECT 1 FROM sample WHERE sha256 = @sha256 AND extension = @extension)
         OR EXISTS (SELECT 1 FROM sample WHERE mask_sha256 = @sha256 AND mask_extension = @extension)
         OR EXISTS (SELECT 1 FROM inspection WHERE image_sha256 = @sha256 AND image_extension = @extension)`,
    )
  }

  /** Works off everything noted; returns the number of files and model folders removed. */
  collect(): number {
    let removed = 0
    while (this.#hasMore()) removed += this.#collectBatch()
    return removed
  }

  /** Like collect, but lets others work after each batch. */
  async collectInTurns(): Promise<number> {
    let removed = 0
    while (this.#hasMore()) {
      removed += this.#collectBatch()
      await new Promise(setImmediate)
    }
    return removed
  }

  #hasMore(): boolean {
    return this.#next.get(1) !== undefined
  }

  #collectBatch(): number {
    return this.#context.connection.transaction(() => {
      let count = 0
      for (const { area, name } of this.#next.all(batch)) {
        if (!this.#isUsed(area, name)) {
          this.#context.files.remove(area, name)
          count++
        }
        this.#done.run(area, name)
      }
      return count
    })
  }

  #isUsed(area: FileArea, name: string): boolean {
    // Ids are never given twice, so a map or model folder that was doomed stays so.
    if (area !== 'images') return false
    const [sha256 = '', extension = ''] = name.split('.')
    return this.#imageUsed.get({ sha256, extension }) !== undefined
  }
}
