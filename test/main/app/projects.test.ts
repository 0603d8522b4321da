import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ProjectError,
  createProject,
  deleteProject,
  listProjects,
  requireProject,
} from '../../../src/main/app/projects.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { addModel, addRun, anInspection, atEnd, temporaryFolder, temporaryStore } from '../store/support.ts'

const fails = (problem: ProjectError['problem'], text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ProjectError, String(error))
  assert.equal(error.problem, problem)
  assert.match(error.message, text)
  return true
}

test('a name is trimmed, unique without regard to case, and must be one', (t) => {
  const store = temporaryStore(t)
  assert.equal(createProject(store, { name: '  Magnetic Tile ' }).name, 'Magnetic Tile')
  assert.throws(
    () => createProject(store, { name: 'magnetic tile' }),
    fails('name-taken', /already a project "Magnetic Tile".*another name/),
  )
  assert.throws(() => createProject(store, { name: '   ' }), fails('bad-name', /needs a name/))
  assert.throws(() => createProject(store, { name: 'a\nb' }), fails('bad-name', /control characters/))
  assert.throws(() => createProject(store, { name: 'x'.repeat(81) }), fails('bad-name', /at most 80/))
})

test('a project is found by name in any case, and by id; else the message names those there are', (t) => {
  const store = temporaryStore(t)
  assert.throws(() => requireProject(store, 'tile'), fails('unknown', /none yet; create one/))
  const project = createProject(store, { name: 'Tile' })
  assert.equal(requireProject(store, 'TILE').id, project.id)
  assert.equal(requireProject(store, project.id).id, project.id)
  assert.throws(
    () => requireProject(store, 'cookie'),
    fails('unknown', /no project "cookie". There is "Tile"/),
  )
})

test('the list counts what each project holds', async (t) => {
  const store = temporaryStore(t)
  createProject(store, { name: 'empty' })
  const bench = await addModel(store, 'Beta')
  store.inspections.createMany([anInspection(bench), anInspection(bench)])
  const rows = listProjects(store).map(({ name, good, models, inspections }) => [
    name,
    good,
    models,
    inspections,
  ])
  assert.deepEqual(rows, [
    ['Beta', 0, 1, 2],
    ['empty', 0, 0, 0],
  ])
})

test('a project is not deleted while it is trained; once that process is gone it is', async (t) => {
  const folder = temporaryFolder(t)
  const store = openStore(folder)
  atEnd(t, () => store.close())
  const trainer = openStore(folder)
  const { projectId, modelId } = await addModel(store, 'tile')
  const run = addRun(store, projectId)
  trainer.runs.start(run)
  assert.throws(
    () => deleteProject(store, 'tile'),
    fails('training', new RegExp(`"tile" is being trained \\(run ${run}\\).*stop it`)),
  )
  assert.equal(store.projects.list().length, 1)
  trainer.close()
  const { project, filesRemoved } = deleteProject(store, 'tile')
  assert.equal(project.id, projectId)
  assert.equal(filesRemoved, 2, 'the folders of both runs')
  assert.equal(store.models.find(modelId), undefined)
  assert.deepEqual(store.check(), { database: [], missingFiles: [] })
})
