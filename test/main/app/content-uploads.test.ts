import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { newUpload, uploadAddress } from '../../../src/contract/addresses.ts'
import { uploadPath, UploadNameError } from '../../../src/main/app/content/upload-name.ts'
import { Uploads, TooLargeError } from '../../../src/main/app/content/uploads.ts'
import { StorageError } from '../../../src/main/store/index.ts'
import { aPicture } from './pictures.ts'
import { callerNamed, ended, temporaryServices } from './support/services.ts'

const ada = callerNamed('Ada')
type Setting = ReturnType<typeof temporaryServices>

async function begin({ ask }: Setting): Promise<string> {
  const response = await ask(newUpload(), { method: 'POST' })
  assert.equal(response.status, 200)
  return ((await response.json()) as { id: string }).id
}

/** Every file below a folder, as names with `/`. */
const below = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()

test('a folder of images is sent, planned, imported, and gone', async (t) => {
  const setting = temporaryServices(t)
  const { ask, clientOf, store, services } = setting
  const id = await begin(setting)
  for (const name of ['good/1.png', 'good/2 ü%.png', 'defect/crack/3.png']) {
    const { status } = await ask(uploadAddress(id, name), {
      method: 'PUT',
      body: new Uint8Array(await aPicture()),
    })
    assert.equal(status, 204, name)
  }
  const folder = path.join(store.folder, 'uploads', id)
  assert.deepEqual(below(folder), ['defect/crack/3.png', 'good/1.png', 'good/2 ü%.png'])
  const project = store.projects.create({ name: 'p' })
  const client = clientOf()
  const source = { kind: 'upload', uploadId: id } as const
  const plan = await client.samples.plan({ projectId: project.id, source })
  assert.deepEqual(
    [plan.layout, plan.images, plan.good, plan.defect, plan.defectTypes],
    ['labelled-folders', 3, 2, 1, ['crack']],
  )
  const { jobId } = await client.samples.import({ projectId: project.id, source })
  const job = await ended(services, jobId)
  assert.ok(job.result?.kind === 'import')
  assert.equal(job.result.imported, 3)
  assert.deepEqual(
    store.samples
      .list({ projectId: project.id })
      .map(({ originalPath }) => originalPath)
      .sort(),
    ['defect/crack/3.png', 'good/1.png', 'good/2 ü%.png'],
    'named as they were sent, not as they lay in the data folder for a moment',
  )
  assert.equal(existsSync(folder), false)
  await assert.rejects(client.samples.plan({ projectId: project.id, source }), { code: 'NOT_FOUND' })
})

test('names that lead elsewhere are refused, and nothing is written', async (t) => {
  const setting = temporaryServices(t)
  const { ask, store } = setting
  const id = await begin(setting)
  const before = below(store.folder)
  // As they stand in the address: a URL resolves plain `..` before anybody sees it.
  const names = [
    '%2e%2e%2fescape.png',
    '..%2f..%2fescape.png',
    '..%5c..%5cescape.png',
    'a%5c..%5cb.png',
    '%2fetc%2fpasswd',
    'a//b.png',
    'C%3A/windows/x.png',
    'a%00.png',
    'a%0a.png',
    '%ff.png',
    `${'d/'.repeat(20)}x.png`,
    `${'x'.repeat(300)}.png`,
    '%20%20/x.png',
    '.%20./x.png',
    '...',
  ]
  for (const name of names) {
    const { status } = await ask(`uploads/${id}/${name}`, { method: 'PUT', body: 'x' })
    assert.equal(status, 400, name)
  }
  for (const address of [`uploads/${id}/../../x.png`, `uploads/%2e%2e/x.png`, 'uploads/nothing1/x.png']) {
    const { status } = await ask(address, { method: 'PUT', body: 'x' })
    assert.ok(status === 404, address)
  }
  assert.deepEqual(below(store.folder), before)
})

test('names that one system cannot keep are put right', () => {
  const cases: [string, string[]][] = [
    ['good/1.png', ['good', '1.png']],
    ['a:b?.png', ['a_b_.png']],
    ['CON', ['_CON']],
    ['nul.png', ['_nul.png']],
    ['com1.x/lpt9', ['_com1.x', '_lpt9']],
    ['console.png', ['console.png']],
    ['trailing. /x', ['trailing', 'x']],
    ['e\u0301.png', ['é.png']],
    ['.hidden', ['.hidden']],
  ]
  for (const [name, parts] of cases) assert.deepEqual(uploadPath(name), parts, name)
  for (const name of ['', '.', '..', 'a/../b', '/a', 'a/', 'C:/x', 'a\\b', '\u0007'])
    assert.throws(() => uploadPath(name), UploadNameError, name)
})

test('an upload is its sender’s alone; methods that make no sense are refused', async (t) => {
  const setting = temporaryServices(t)
  const { ask, clientOf, store } = setting
  const id = await begin(setting)
  const bob = callerNamed('Bob')
  assert.equal((await ask(uploadAddress(id, 'x.png'), { method: 'PUT', body: 'x' }, bob)).status, 404)
  await ask(uploadAddress(id, 'x.png'), { method: 'PUT', body: 'x' })
  const project = store.projects.create({ name: 'p' })
  const source = { kind: 'upload', uploadId: id } as const
  await assert.rejects(clientOf(bob).samples.plan({ projectId: project.id, source }), { code: 'NOT_FOUND' })
  const get = await ask('uploads')
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST'])
  const read = await ask(uploadAddress(id, 'x.png'))
  assert.deepEqual([read.status, read.headers.get('allow')], [405, 'PUT'])
  assert.equal((await ask(uploadAddress(id, 'x.png'), { method: 'DELETE' })).status, 405)
})

test('a file that is too large is refused while it comes, and nothing of it stays', async (t) => {
  const { core, store } = temporaryServices(t)
  const uploads = new Uploads(core, { bytes: 1000, files: 2 })
  const id = await uploads.begin(ada)
  const stream = (sizes: readonly number[], fail?: Error) =>
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const size of sizes) controller.enqueue(new Uint8Array(size))
        if (fail) controller.error(fail)
        else controller.close()
      },
    })
  await assert.rejects(uploads.put(id, 'large.png', stream([600, 600]), ada), TooLargeError)
  await assert.rejects(uploads.put(id, 'cut.png', stream([600], new Error('cut')), ada), /cut/)
  const aborted = AbortSignal.abort()
  await assert.rejects(uploads.put(id, 'stopped.png', stream([6]), ada, aborted))
  const folder = path.join(store.folder, 'uploads')
  assert.deepEqual(below(folder), [`${id}.owner`])
  await uploads.put(id, 'a.png', stream([500, 500]), ada)
  await uploads.put(id, 'b/c.png', null, ada)
  assert.equal(readFileSync(path.join(folder, id, 'a.png')).length, 1000)
  await assert.rejects(uploads.put(id, 'one more.png', stream([1]), ada), TooLargeError)
})

test('a length beyond the limit is refused before anything is read; a full disk is said in the contract’s words', async (t) => {
  const setting = temporaryServices(t)
  const { ask, services } = setting
  const id = await begin(setting)
  const { status } = await ask(uploadAddress(id, 'x.png'), {
    method: 'PUT',
    body: 'x',
    headers: { 'content-length': String(600 * 1024 * 1024) },
  })
  assert.equal(status, 413)
  const full = () => Promise.reject(new StorageError('disk-full', '/data', 'The disk is full.'))
  t.mock.method(services.sources.uploads, 'put', full)
  const response = await ask(uploadAddress(id, 'x.png'), { method: 'PUT', body: 'x' })
  assert.equal(response.status, 507)
  assert.equal(((await response.json()) as { key: string }).key, 'diskFull')
})

test('what a dead process or yesterday left is swept; what others still use stays', async (t) => {
  const { core, store } = temporaryServices(t)
  const folder = path.join(store.folder, 'uploads')
  mkdirSync(folder, { recursive: true })
  const lay = (id: string, owner: string): void => {
    mkdirSync(path.join(folder, id))
    writeFileSync(path.join(folder, id, 'x.png'), 'x')
    writeFileSync(path.join(folder, `${id}.owner`), owner)
  }
  lay('deadupload1', 'nobodyknows')
  lay('freshupload', store.lease.owner)
  lay('oldupload11', store.lease.owner)
  writeFileSync(path.join(folder, 'deadupload1.abcdef.part'), 'half')
  const yesterday = Date.now() / 1000 - 25 * 3600
  utimesSync(path.join(folder, 'oldupload11'), yesterday, yesterday)
  await new Uploads(core).sweep()
  assert.deepEqual(below(folder), ['freshupload.owner', 'freshupload/x.png'])
})
