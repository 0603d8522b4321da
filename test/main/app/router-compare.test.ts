import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ORPCError } from '@orpc/server'
import { tiny, withParts } from './support/trained.ts'

const engine = 'onnx-cpu' as const

test('several families are queued in their order and learn from one snapshot', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client, told } = first
  const config = { ...tiny, epochs: 1 }
  const families = ['skip-ganomaly', 'ganomaly', 'egbad']
  const runs = await client.training.startMany({
    projectId,
    engine,
    falseAlarmRate: 0.05,
    families: families.map((family) => ({ family, config: family === 'ganomaly' ? config : { epochs: 40 } })),
  })
  assert.deepEqual(
    runs.map(({ family, state, falseAlarmRate }) => [family, state, falseAlarmRate]),
    families.map((family) => [family, 'queued', 0.05]),
  )
  assert.equal(new Set(runs.map(({ snapshotId }) => snapshotId)).size, 1)
  assert.equal(new Set(runs.map(({ trainingImages }) => trainingImages)).size, 1)
  const listed = await client.training.list({ projectId })
  assert.deepEqual(
    listed.map(({ id }) => id).reverse(),
    runs.map(({ id }) => id),
  )

  // One after the other: the second begins when the first has ended, the third waits for the second.
  const [skip, ganomaly, egbad] = runs.map(({ id }) => id)
  assert.ok(skip !== undefined && ganomaly !== undefined && egbad !== undefined)
  await first.heard((event) => event.kind === 'job' && event.job.id === skip && event.job.state === 'running')
  assert.equal((await client.training.get({ id: ganomaly })).run.state, 'queued')
  await client.training.cancel({ id: egbad })
  await client.training.cancel({ id: skip })
  await first.ended(ganomaly)
  const begun = told.flatMap((event) =>
    event.kind === 'job' && event.job.state === 'running' ? [event.job.id] : [],
  )
  assert.deepEqual([...new Set(begun)], [skip, ganomaly])
  const { run, log } = await client.training.get({ id: ganomaly })
  assert.deepEqual([run.state, run.modelId, log[0]?.message.key], ['finished', ganomaly, 'trainingQueued'])

  // Started by itself, it has a snapshot of its own.
  const alone = await client.training.start({ projectId, family: 'ganomaly', config, engine })
  assert.notEqual(alone.snapshotId, run.snapshotId)
  await client.training.cancel({ id: alone.id })
})

test('one wrong configuration refuses all and leaves nothing behind', async (t) => {
  const { projectId, first } = await withParts(t)
  const { client, core } = first
  const start = (wrong: { family: string; config: Record<string, number> }) =>
    client.training.startMany({ projectId, engine, families: [{ family: 'ganomaly', config: tiny }, wrong] })
  for (const [wrong, field] of [
    [{ family: 'skip-ganomaly', config: { epochs: -1 } }, 'epochs'],
    [{ family: 'no-such-family', config: {} }, 'family'],
  ] as const) {
    await assert.rejects(start(wrong), (error) => {
      assert.ok(error instanceof ORPCError, String(error))
      const data = error.data as { key?: string; field?: string | null }
      assert.deepEqual([error.code, data.key, data.field], ['INVALID', 'badConfig', field])
      return true
    })
  }
  await assert.rejects(client.training.startMany({ projectId, engine, families: [] }))
  assert.deepEqual(await client.training.list({ projectId }), [])
  assert.deepEqual(
    (await client.jobs.list()).filter(({ kind }) => kind === 'training'),
    [],
  )
  assert.deepEqual(readdirSync(path.dirname(core.store.files.modelFolder('anything'))), [])
})
