import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId, type SampleFilter } from '../../../src/main/store/index.ts'
import { temporaryStore } from './support.ts'

test('no query of the gallery scans or sorts, whatever it is filtered by', (t) => {
  const { samples } = temporaryStore(t)
  const filters: Omit<SampleFilter, 'projectId'>[] = [
    {},
    { limit: 100, offset: 40_000 },
    { label: 'good' },
    { split: 'train', label: 'good', limit: 100 },
    { label: 'defect', defectType: 'crack' },
    { name: 'part', split: 'test' },
  ]
  for (const filter of filters) {
    for (const [what, index] of [
      ['list', 'INDEX sample_by_import'],
      ['ids', 'COVERING INDEX sample_by_import'],
      ['count', 'COVERING INDEX sample_by_'],
    ] as const) {
      const plan = samples.explain(what, { projectId: 'p', ...filter })
      const name = `${what} ${JSON.stringify(filter)}: ${plan.join('; ')}`
      assert.equal(plan.length, 1, name)
      assert.ok(plan[0]?.startsWith(`SEARCH sample USING ${index}`), name)
    }
  }
})

test('pages, ids and counts of 50,000 samples agree with each other', (t) => {
  const store = temporaryStore(t)
  const project = store.projects.create({ name: 'many' })
  const other = store.projects.create({ name: 'other' })
  const insert = store.connection.prepare<(string | null)[]>(
    `INSERT INTO sample (id, project_id, sha256, extension, original_name, original_path, width, height, channels, bits,
       label, defect_type, split, imported_at)
     VALUES (?, ?, ?, 'png', ?, '/x', 8, 6, 3, 8, ?, ?, ?, '2026-01-01T00:00:00.000Z')`,
  )
  const all = Array.from({ length: 50_000 }, (_, index) => ({
    id: newId(),
    name: `Part-${index}.png`,
    label: index % 10 === 0 ? 'defect' : 'good',
    type: index % 20 === 0 ? 'Kratzer ÄÖ' : null,
    split: index % 5 === 0 ? 'test' : 'train',
  }))
  store.transaction(() => {
    for (const [index, { id, name, label, type, split }] of all.entries()) {
      insert.run(
        id,
        index % 1000 === 0 ? other.id : project.id,
        index.toString(16).padStart(64, '0'),
        name,
        label,
        type,
        split,
      )
    }
  })
  const mine = all.filter((_, index) => index % 1000 !== 0)
  const projectId = project.id
  const cases: [Omit<SampleFilter, 'projectId'>, (one: (typeof all)[number]) => boolean][] = [
    [{}, () => true],
    [{ label: 'defect', split: 'test' }, (one) => one.label === 'defect'],
    [{ defectType: 'Kratzer ÄÖ' }, (one) => one.type !== null],
    [{ name: 'PART-499' }, (one) => one.name.includes('499') && one.name.startsWith('Part-499')],
    [{ name: '%' }, () => false],
  ]
  for (const [filter, keep] of cases) {
    const expected = mine.filter(keep).map(({ id }) => id)
    assert.equal(store.samples.count({ projectId, ...filter }), expected.length)
    assert.deepEqual(store.samples.ids({ projectId, ...filter }), expected)
    const page = store.samples.list({ projectId, ...filter, offset: 2000, limit: 120 })
    assert.deepEqual(
      page.map(({ id }) => id),
      expected.slice(2000, 2120),
    )
  }
  assert.equal(store.samples.newest(projectId)?.id, mine.at(-1)?.id)
})
