import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { StorageError, openStore } from '../../../src/main/store/index.ts'
import { migrations } from '../../../src/main/store/migrations/index.ts'
import { atEnd, temporaryFolder } from './support.ts'

const newest = migrations.length
const nextStep = { version: newest + 1, name: 'add a note', sql: 'ALTER TABLE project ADD COLUMN note TEXT' }
/** Fails at its third statement, after two that changed the schema and the data. */
const brokenStep = {
  version: newest + 1,
  name: 'broken',
  sql: `ALTER TABLE project ADD COLUMN note TEXT;
    UPDATE project SET name = 'changed';
    INSERT INTO project (id) VALUES ('no name');`,
}

const fingerprint = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** A data folder with one project, closed cleanly. */
function filledFolder(folder: string): string {
  const store = openStore(folder)
  store.projects.create({ name: 'tiles' })
  store.close()
  return join(folder, 'flawline.db')
}

test('migrations are numbered from 1 without gaps', () => {
  assert.deepEqual(
    migrations.map((migration) => migration.version),
    migrations.map((_, index) => index + 1),
  )
})

test('an older database is copied, then brought up to date', (t) => {
  const folder = temporaryFolder(t)
  filledFolder(folder)
  const store = openStore(folder, { migrations: [...migrations, nextStep] })
  assert.equal(store.connection.pragma('user_version'), newest + 1)
  assert.equal(store.projects.list().length, 1)
  store.connection.execute(`UPDATE project SET note = 'new'`)
  store.close()

  const backup = temporaryFolder(t)
  writeFileSync(join(backup, 'flawline.db'), readFileSync(join(folder, `flawline.db.before-${newest}`)))
  const old = openStore(backup)
  atEnd(t, () => old.close())
  assert.equal(old.connection.pragma('user_version'), newest)
  assert.equal(old.projects.findByName('tiles')?.name, 'tiles')
})

test('a failed migration leaves the old file as it was, byte for byte', (t) => {
  const folder = temporaryFolder(t)
  const file = filledFolder(folder)
  const before = fingerprint(file)
  assert.throws(
    () =>
      openStore(folder, { migrations: [...migrations, nextStep, { ...brokenStep, version: newest + 2 }] }),
    (error) => {
      assert.ok(error instanceof StorageError)
      assert.equal(error.problem, 'migration-failed')
      assert.match(
        error.message,
        new RegExp(`version ${newest + 2} \\(broken\\) failed: .+ Nothing was changed`),
      )
      return true
    },
  )
  assert.equal(fingerprint(file), before)
  const store = openStore(folder)
  atEnd(t, () => store.close())
  assert.equal(store.connection.pragma('user_version'), newest)
  assert.deepEqual(
    store.projects.list().map((project) => project.name),
    ['tiles'],
  )
})

test('a failed first migration leaves an empty database that the next start fills', (t) => {
  const folder = temporaryFolder(t)
  const broken = { version: 1, name: 'broken', sql: 'CREATE TABLE a (b TEXT) STRICT; nonsense' }
  assert.throws(() => openStore(folder, { migrations: [broken] }), StorageError)
  const store = openStore(folder)
  atEnd(t, () => store.close())
  assert.deepEqual(store.projects.list(), [])
})

test('a database of a newer version is refused, untouched, and the message says what to do', (t) => {
  const folder = temporaryFolder(t)
  const file = filledFolder(folder)
  openStore(folder, { migrations: [...migrations, nextStep] }).close()
  const before = fingerprint(file)
  assert.throws(
    () => openStore(folder),
    (error) => {
      assert.ok(error instanceof StorageError)
      assert.equal(error.problem, 'newer-version')
      assert.ok(error.message.includes(file))
      assert.match(
        error.message,
        new RegExp(`its version is ${newest + 1}, this program knows ${newest}.*Update Flawline`),
      )
      return true
    },
  )
  assert.equal(fingerprint(file), before)
})

test('a file that is no database, or one of another program, is refused untouched', (t) => {
  for (const make of [
    (file: string) =>
      writeFileSync(file, 'this is a text and by no means a database, however long it is'.repeat(20)),
    (file: string) => {
      const folder = temporaryFolder(t)
      const store = openStore(folder)
      store.connection.pragma('application_id = 42')
      store.close()
      writeFileSync(file, readFileSync(join(folder, 'flawline.db')))
    },
  ]) {
    const folder = temporaryFolder(t)
    const file = join(folder, 'flawline.db')
    make(file)
    const before = fingerprint(file)
    assert.throws(
      () => openStore(folder),
      (error) => error instanceof StorageError && error.problem === 'corrupt' && error.message.includes(file),
    )
    assert.equal(fingerprint(file), before)
  }
})

test('several processes that open a new folder at once all get the same sound database', async (t) => {
  const folder = temporaryFolder(t)
  const entry = pathToFileURL(join(import.meta.dirname, '../../../src/main/store/index.ts')).href
  const code = `import { openStore } from ${JSON.stringify(entry)}
    const store = openStore(${JSON.stringify(folder)}); store.projects.create({ name: String(process.pid) }); store.close()`
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))
  assert.deepEqual(codes, [0, 0, 0, 0])
  const store = openStore(folder)
  atEnd(t, () => store.close())
  assert.equal(store.projects.list().length, 4)
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
  assert.equal(existsSync(join(folder, 'flawline.db.before-0')), false)
  // Its own.
  assert.equal(readdirSync(join(folder, 'locks')).length, 1)
})
