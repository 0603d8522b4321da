import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Connection } from '../../../src/main/store/connection.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { migrate } from '../../../src/main/store/migrate.ts'
import { migrations } from '../../../src/main/store/migrations/index.ts'
import { atEnd, temporaryFolder } from './support.ts'

const hash = (letter: string): string => letter.repeat(64)

/** A row of every table of version 1, as that version's program wrote them. */
const rowsOfVersionOne = `
  INSERT INTO project VALUES ('project1', 'Tiles', 'tiles', 'd', 0.5, '2026', '2026');
  INSERT INTO sample VALUES ('sample1', 'project1', '${hash('a')}', 'png', 'a.png', '/a.png', 8, 6, 3, 8, 'defect',
    'crack', 'test', 'g', '${hash('b')}', 'png', '2026');
  INSERT INTO snapshot VALUES ('snapshot1', 'project1', 1, 0.2, '2026');
  INSERT INTO snapshot_sample VALUES ('snapshot1', 'sample1', 'train');
  INSERT INTO training_run VALUES ('model1', 'project1', 'snapshot1', 'ganomaly', '{}', 'auto', 'onnx-cpu', 0.01,
    'finished', NULL, 3, NULL, '2026', '2026', '2026');
  INSERT INTO metric VALUES ('model1', 1, 'loss', 0.5);
  INSERT INTO model VALUES ('model1', 'project1', 'model1', '{}', '${hash('c')}', 1, '2026');
  INSERT INTO calibration VALUES ('calibration1', 'model1', 'map', 1, 0.5, 1.5, 'manual', 0.01, 3, 0.25, '2026');
  INSERT INTO lot VALUES ('lot1', 'project1', 'Lot', '2026');
  INSERT INTO inspection VALUES ('inspection1', 'project1', 'model1', 'calibration1', 'lot1', 'a.png', '/a.png',
    '${hash('d')}', NULL, 8, 6, 1, 2, 3, 2, 0.75, 1, 'ng', 12.5, 0, 1, '2026');
  INSERT INTO region VALUES ('inspection1', 0, 1, 2, 3, 4, '[]', 5, 0.9, 1, 2);
  INSERT INTO evaluation VALUES ('evaluation1', 'model1', '{}', '2026');`

test('a database of version 1 keeps every row, and its verdicts become the final ones', (t) => {
  const folder = temporaryFolder(t)
  const quiet = { slowQueryMilliseconds: 1e9, log: () => undefined, busyMilliseconds: 1000 }
  const old = new Connection(join(folder, 'flawline.db'), quiet)
  migrate(old, migrations.slice(0, 1))
  old.execute(rowsOfVersionOne)
  const rows = (connection: Connection, table: string, columns: string): object[] =>
    connection.prepare<[], object>(`SELECT ${columns} FROM ${table} ORDER BY 1`).all()
  const before = old
    .prepare<[], { table: string; columns: string }>(
      `SELECT one.name AS "table", group_concat(field.name, ', ') AS columns
       FROM sqlite_schema AS one JOIN pragma_table_info(one.name) AS field
       WHERE one.type = 'table' GROUP BY one.name`,
    )
    .all()
    .map(({ table, columns }) => ({ table, columns, content: rows(old, table, columns) }))
  old.close()
  assert.deepEqual(
    before.filter(({ content }) => content.length !== 1).map(({ table }) => table),
    ['doomed_file'],
  )

  const store = openStore(folder)
  atEnd(t, () => store.close())
  assert.equal(store.connection.pragma('user_version'), migrations.length)
  for (const { table, columns, content } of before)
    assert.deepEqual(rows(store.connection, table, columns), content, table)
  const [inspection] = store.inspections.list({ projectId: 'project1', verdict: 'ng' })
  assert.deepEqual(
    [inspection?.finalVerdict, inspection?.reviewVerdict, inspection?.reviewDefectType],
    ['ng', null, null],
  )
  assert.equal(store.projects.get('project1').archivedAt, null)
  assert.deepEqual(store.check().database, [])
})
