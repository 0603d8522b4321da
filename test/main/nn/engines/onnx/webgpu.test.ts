/** The webgpu provider on SwiftShader, the software GPU that Debian's chromium package brings along. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nameOf } from '../../../../../src/main/nn/program.ts'
import { assertClose } from '../../compare.ts'
import { evaluate, type Given } from '../../reference.ts'
import { describeGpuProgram } from './gpuProgram.ts'

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'
const child = fileURLToPath(new URL('./webgpuChild.ts', import.meta.url))

interface Results {
  readonly outputs: Readonly<Record<string, readonly string[]>>
  /** After three runs. */
  readonly state: Readonly<Record<string, readonly string[]>>
  /** Where the tensors of each step were. */
  readonly steps: readonly {
    readonly fed: Readonly<Record<string, string>>
    readonly fetched: Readonly<Record<string, string>>
  }[]
}

async function runOnSoftwareGpu(): Promise<Results> {
  const worker = spawn(process.execPath, [child], {
    env: { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: dirname(driver) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A driver that hangs must not hang the tests.
    timeout: 300_000,
  })
  const [output, errors] = await Promise.all([text(worker.stdout), text(worker.stderr)])
  try {
    return JSON.parse(output) as Results
  } catch {
    throw new Error(`no results; the process said: ${errors}`)
  }
}

describe('webgpu', { skip: existsSync(driver) ? false : `${driver} is not here` }, () => {
  const { program, given } = describeGpuProgram()
  let results: Results
  before(async () => {
    results = await runOnSoftwareGpu()
  })

  for (const [name, node] of Object.entries(program.outputs))
    test(name, () => {
      const [expected] = evaluate([node], given)
      assertClose((results.outputs[name] ?? []).map(Number), expected, 2e-5, name)
    })

  test('from the second step on, only inputs and outputs are on the CPU', () => {
    const onCpu = (tensors: Readonly<Record<string, string>>) =>
      Object.keys(tensors)
        .filter((name) => tensors[name] === 'cpu')
        .sort()
    assert.equal(results.steps.length, 3)
    for (const { fed, fetched } of results.steps.slice(1)) {
      assert.deepEqual(onCpu(fed), Object.keys(program.inputs).sort())
      assert.deepEqual(onCpu(fetched), Object.keys(program.outputs).sort())
      assert.equal(Object.keys(fed).length, Object.keys(program.inputs).length + program.states.length)
    }
  })

  test('state after three steps', () => {
    const { states } = program
    let now: Given = new Map([
      ...given,
      ...states.map(({ node, initial }) => [node, Float64Array.from(initial)] as const),
    ])
    for (let step = 0; step < 3; step++) {
      const next = evaluate(
        states.map((state) => state.next ?? state.node),
        now,
      )
      now = new Map([...now, ...states.map(({ node }, index) => [node, next[index]] as const)])
    }
    assert.equal(Object.keys(results.state).length, states.length)
    for (const { node } of states) {
      const name = nameOf(node)
      assertClose(results.state[name].map(Number), now.get(node) ?? [], 2e-5, name)
    }
  })
})
