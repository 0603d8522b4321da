import assert from 'node:assert/strict'
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ProblemError } from '../../../src/main/app/problems.ts'
import { createServices } from '../../../src/main/app/services.ts'
import { aPicture } from './pictures.ts'
import { callerNamed, ended, temporaryServices, write } from './support/services.ts'

const ada = callerNamed('Ada')
const problem = (key: string) => (error: unknown) => {
  assert.ok(error instanceof ProblemError, String(error))
  assert.equal(error.problem.key, key)
  return true
}

test('only what lies in an allowed folder is read, whatever way is written to it', async (t) => {
  const { root, outside, services } = temporaryServices(t, ['line'])
  const { sources } = services
  const line = path.join(root, 'line')
  write(line, 'good/1.png', await aPicture())
  write(outside, 'secret.png', await aPicture())
  mkdirSync(path.join(root, 'line-2'))
  const refused = [
    outside,
    path.join(outside, 'secret.png'),
    path.join(root, 'line-2'),
    `${line}/../outside/secret.png`,
    `${line}/good/../../outside`,
    'line',
    '../outside',
    '/',
    path.join(outside, 'not there'),
  ]
  for (const place of refused)
    await assert.rejects(
      sources.resolve({ kind: 'paths', paths: [place] }, ada),
      problem('folderNotAllowed'),
      place,
    )
  await assert.rejects(
    sources.resolve({ kind: 'paths', paths: [path.join(line, 'nothing')] }, ada),
    problem('missingSource'),
  )
  const resolved = await sources.resolve({ kind: 'paths', paths: [`${line}/good/..`] }, ada)
  assert.deepEqual([resolved.paths, resolved.name], [[line], 'line'])
  assert.equal(await resolved.permits(path.join(line, 'good/1.png')), true)
  assert.equal(await resolved.permits(path.join(outside, 'secret.png')), false)
})

test('a symbolic link does not lead out, neither as the path, nor on the way, nor inside the folder', async (t) => {
  const { root, outside, services } = temporaryServices(t, ['line', 'clean'])
  const { sources } = services
  const line = path.join(root, 'line')
  write(outside, 'deep/secret.png', await aPicture())
  write(line, 'parts/1.png', await aPicture())
  symlinkSync(outside, path.join(line, 'way-out'))
  for (const place of [path.join(line, 'way-out'), path.join(line, 'way-out/deep'), line])
    await assert.rejects(
      sources.resolve({ kind: 'paths', paths: [place] }, ada),
      problem('folderNotAllowed'),
      place,
    )
  // The folder beside the link is fine, and so is a link that stays inside.
  symlinkSync(path.join(line, 'parts'), path.join(root, 'clean/link'))
  await sources.resolve({ kind: 'paths', paths: [path.join(line, 'parts'), path.join(root, 'clean')] }, ada)
  const browsed = await sources.browse(line)
  assert.deepEqual(
    browsed.folders.map(({ name }) => name),
    ['parts'],
  )
  await assert.rejects(sources.browse(path.join(line, 'way-out')), problem('folderNotAllowed'))
})

test('a table cannot name files that lie elsewhere', async (t) => {
  const { root, outside, services, store, clientOf } = temporaryServices(t, ['line'])
  const line = path.join(root, 'line')
  const secret = write(outside, 'secret.png', await aPicture())
  write(line, 'mine.png', await aPicture())
  const mask = '../outside/secret.png'
  const table = write(
    line,
    'parts.csv',
    `file,label,mask\nmine.png,defect,${mask}\n${secret},good,\n../outside/secret.png,good,\n`,
  )
  const project = store.projects.create({ name: 'p' })
  const { jobId } = await clientOf().samples.import({
    projectId: project.id,
    source: { kind: 'paths', paths: [table] },
  })
  const { result } = await ended(services, jobId)
  assert.ok(result?.kind === 'import')
  assert.equal(result.imported, 1)
  assert.equal(result.problems.length, 3)
  for (const { reason } of result.problems) assert.match(reason, /outside the folders/)
  const [sample] = store.samples.list({ projectId: project.id })
  assert.deepEqual([sample?.originalName, sample?.mask], ['mine.png', null])
})

test('folders are allowed for good or for this start, browsed, and forbidden again', async (t) => {
  const { root, outside, core, services } = temporaryServices(t, ['now'])
  const { sources } = services
  sources.keep(outside, ada)
  assert.deepEqual(sources.list(), [path.join(root, 'now'), outside])
  write(outside, 'a/b/1.png', 'x')
  write(outside, 'a/2.png', 'x')
  write(outside, 'a/notes.txt', 'x')
  assert.deepEqual(await sources.browse(), {
    path: null,
    parent: null,
    folders: [
      { name: 'now', path: path.join(root, 'now') },
      { name: 'outside', path: outside },
    ],
    images: 0,
  })
  assert.equal((await sources.browse(outside)).parent, null)
  assert.deepEqual(await sources.browse(path.join(outside, 'a')), {
    path: path.join(outside, 'a'),
    parent: outside,
    folders: [{ name: 'b', path: path.join(outside, 'a/b') }],
    images: 1,
  })
  const again = createServices(core, { face: 'station' })
  t.after(() => again.close())
  assert.deepEqual(again.sources.list(), [outside])
  sources.forbid(outside)
  assert.deepEqual(again.sources.list(), [])
  assert.throws(() => sources.keep(path.join(root, 'nowhere'), ada), problem('missingSource'))
  assert.equal(realpathSync(outside), outside)
})

test('who is no administrator can look at the allowed folders but not change them', async (t) => {
  const { outside, clientOf } = temporaryServices(t)
  const operator = clientOf(callerNamed('Otto', 'operator'))
  await assert.rejects(operator.system.folders.allow({ path: outside }), { code: 'FORBIDDEN' })
  assert.deepEqual(await clientOf().system.folders.allow({ path: outside }), [outside])
  await assert.rejects(operator.system.folders.forbid({ path: outside }), { code: 'FORBIDDEN' })
  assert.deepEqual(await operator.system.folders.list(), [outside])
})
