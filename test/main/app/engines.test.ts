import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createCore, type Core } from '../../../src/main/app/core.ts'
import { choose, engineChoices, reportEngines, resolveEngine } from '../../../src/main/app/engines.ts'
import { StoppedError } from '../../../src/main/app/stopped.ts'
import { forkedProcess } from '../../../src/main/compute/launch.ts'
import { engineNames } from '../../../src/main/nn/engines/choose.ts'

/** A core whose compute process makes its measurements up, see the fixture. */
async function newCore(context: TestContext): Promise<{ core: Core; file: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flawline-'))
  const fixture = fileURLToPath(new URL('../compute/fixtures/process.ts', import.meta.url))
  const core = createCore(folder, { launch: forkedProcess(fixture) })
  context.after(async () => {
    await core.close()
    await rm(folder, { recursive: true })
  })
  return { core, file: path.join(folder, 'engines.json') }
}

test('every engine there is can be asked for by name', () => {
  assert.deepEqual(engineChoices, ['auto', ...engineNames])
})

test('auto takes the fastest, and says why', () => {
  const cpu = { name: 'onnx-cpu', available: true, imagesPerSecond: 100 } as const
  const gpu = { name: 'onnx-webgpu', available: true, imagesPerSecond: 250 } as const
  const none = { name: 'onnx-cuda', available: false, reason: 'no driver' } as const
  assert.deepEqual(choose([none, cpu, gpu]), {
    chosen: 'onnx-webgpu',
    reason: 'It trained fastest here: 250 images/s; next is onnx-cpu with 100 images/s.',
  })
  assert.deepEqual(choose([none, cpu]), {
    chosen: 'onnx-cpu',
    reason: 'It is the only one that loads here: 100 images/s.',
  })
  assert.equal(choose([none]).chosen, 'onnx-cpu')
})

test('engines are measured once; one that takes its process down is a reason, not an end', async (context) => {
  const { core, file } = await newCore(context)
  const measured: string[] = []
  const report = await reportEngines(core, { onMeasured: ({ name }) => measured.push(name) })
  assert.deepEqual(
    measured,
    engineNames.filter((name) => name !== 'tensorflow-plain'),
  )
  const byName = new Map(report.engines.map((engine) => [engine.name, engine]))
  assert.equal(byName.get('onnx-cuda')?.available, false)
  assert.match(byName.get('onnx-cuda')?.reason ?? '', /ended with code 9: Error: driver crashed/)
  assert.equal(byName.get('onnx-dml')?.reason, 'not on this system')
  // The longest names in the fixture's measure.
  assert.equal(report.chosen, 'onnx-webgpu')

  const again = await reportEngines(core, { onMeasured: () => assert.fail('it is known already') })
  assert.deepEqual(again, report)
  assert.equal(await resolveEngine(core, 'auto'), 'onnx-webgpu')
  assert.equal(await resolveEngine(core, 'onnx-cpu'), 'onnx-cpu')

  await writeFile(file, '{ "machine": "anoth')
  let count = 0
  await reportEngines(core, { onMeasured: () => void (count += 1) })
  assert.equal(count, measured.length)
  const stored = JSON.parse(await readFile(file, 'utf8')) as { machine: string }
  await writeFile(file, JSON.stringify({ ...stored, machine: 'another machine' }))
  await reportEngines(core, { onMeasured: () => void (count += 1) })
  assert.equal(count, 2 * measured.length)
})

test('measuring can be stopped', async (context) => {
  const { core } = await newCore(context)
  await assert.rejects(reportEngines(core, { signal: AbortSignal.abort() }), StoppedError)
})
