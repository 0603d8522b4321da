/** GANomaly's training step on the webgpu provider, on SwiftShader, a GPU in software (Debian's package chromium). */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ganomalyStep } from '../../../src/main/models/ganomaly.ts'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import type { GpuSteps } from './support/gpuSteps.ts'
import { noiseBatches, relativeDistance, runSteps, tinyGanomaly } from './support/tinyGanomaly.ts'

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'

async function trainOnSoftwareGpu(): Promise<GpuSteps> {
  const worker = spawn(process.execPath, [fileURLToPath(new URL('./support/gpuSteps.ts', import.meta.url))], {
    env: { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: dirname(driver) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The first step compiles its shaders, which takes long on a busy machine; a driver that hangs must not hang us.
    timeout: 300_000,
  })
  const [output, errors] = await Promise.all([text(worker.stdout), text(worker.stderr)])
  try {
    return JSON.parse(output) as GpuSteps
  } catch {
    throw new Error(`no results; the process said: ${errors}`)
  }
}

describe('webgpu', { skip: existsSync(driver) ? false : `${driver} is not here` }, () => {
  const config = tinyGanomaly()
  const program = ganomalyStep(config)
  const names = Object.keys(program.outputs)
  let steps: GpuSteps
  before(async () => {
    steps = await trainOnSoftwareGpu()
  })

  test('trains as the cpu does', async () => {
    const engine = await createOnnxEngine({ provider: 'cpu' })
    const { losses, state } = await runSteps(engine, program, noiseBatches(config, steps.losses.length))
    assert.equal(steps.losses.length, 4)
    losses.forEach((expected, step) => {
      for (const name of names) {
        const error = Math.abs(steps.losses[step][name] / expected[name] - 1)
        assert.ok(error < 1e-5, `step ${step}: the ${name} loss differs by ${error}`)
      }
    })
    assert.deepEqual(Object.keys(steps.state).sort(), Object.keys(state).sort())
    for (const [name, expected] of Object.entries(state)) {
      const error = relativeDistance(steps.state[name], expected)
      assert.ok(error < 1e-4, `${name} differs by ${error}`)
    }
  })

  test('no parameter crosses to JavaScript between steps, only images in and losses out', () => {
    const states = program.states.length
    const [first, ...later] = steps.crossings
    assert.equal(first.given.length, states + 1, 'at first everything comes from JavaScript')
    assert.deepEqual([...first.got].sort(), [...names].sort())
    assert.equal(first.stayedAfter, states)
    assert.equal(later.length, 3)
    for (const { given, got, stayedBefore, stayedAfter } of later) {
      assert.deepEqual(given, ['images'])
      assert.deepEqual([...got].sort(), [...names].sort())
      assert.deepEqual([stayedBefore, stayedAfter], [states, states])
    }
    assert.equal(steps.downloads, 0)
  })
})
