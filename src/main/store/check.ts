import { existsSync } from 'node:fs'
import type { StoreContext } from './context.ts'

/** What a check of the data folder found. */
export interface CheckReport {
  /** Problems that SQLite reports of the file or of references between rows; empty if sound. */
  readonly database: readonly string[]
  /** Files that rows point at and that are not there. */
  readonly missingFiles: readonly string[]
}

/** Checks the database's integrity, its references, and that every row's file is there. Reads everything once. */
export function checkStore(context: StoreContext): CheckReport {
  const { connection, files } = context
  const database = connection
    .prepare<[], { integrity_check: string }>('PRAGMA integrity_check')
    .all()
    .map((row) => row.integrity_check)
    .filter((line) => line !== 'ok')
  const strays = connection.prepare<[], { table: string; parent: string }>('PRAGMA foreign_key_check').all()
  database.push(...strays.map((row) => `a row of ${row.table} refers to a missing ${row.parent}`))

  const expected: string[] = []
  const images = connection.prepare<[], { sha256: string; extension: string }>(
    `SELECT sha256, extension FROM sample
     UNION SELECT mask_sha256, mask_extension FROM sample WHERE mask_sha256 IS NOT NULL
     UNION SELECT image_sha256, image_extension FROM inspection WHERE image_extension IS NOT NULL`,
  )
  for (const image of images.all()) expected.push(files.imagePath(image))
  const maps = connection.prepare<[], { id: string }>('SELECT id FROM inspection WHERE has_map = 1')
  for (const { id } of maps.all()) expected.push(files.mapPath(id))
  const models = connection.prepare<[], { id: string }>('SELECT id FROM model')
  for (const { id } of models.all()) expected.push(`${files.modelFolder(id)}/model.onnx`)
  return { database, missingFiles: expected.filter((file) => !existsSync(file)) }
}
