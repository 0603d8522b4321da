import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { EngineUnavailableError, type Engine } from '../../../../../src/main/nn/engines/engine.ts'
import { createTensorflowEngine } from '../../../../../src/main/nn/engines/tensorflow/engine.ts'
import { Graph, sizeOf, type Node } from '../../../../../src/main/nn/graph.ts'
import { add, tanh } from '../../../../../src/main/nn/operations/elementwise.ts'
import { cases, draw } from '../../cases.ts'
import { describeEngine } from '../contract.ts'

const plain = await createTensorflowEngine({ backend: 'plain' })
const native = await createTensorflowEngine({ backend: 'native' }).catch((error: unknown) => error)

describeEngine('tensorflow plain', { open: async () => plain, tolerance: 2e-6 })

if (native instanceof Error) {
  test('tensorflow native is optional: where it is missing, the error says what and why', () => {
    assert.ok(native instanceof EngineUnavailableError)
    assert.match(native.message, /tfjs-node-gpu: .*tfjs-node: .*npm install/s)
  })
  checkMemory('plain', plain)
} else {
  describeEngine('tensorflow native', { open: async () => native as Engine, tolerance: 1e-5 })
  checkMemory('plain', plain)
  checkMemory('native', native as Engine)

  test('both in turn', async () => {
    const graph = new Graph()
    const count = graph.state('count', [1])
    const program = {
      inputs: {},
      outputs: {},
      states: [{ node: count, initial: new Float32Array(1), next: add(count, 1) }],
    }
    const [a, b] = [await plain.compile(program), await (native as Engine).compile(program)]
    await Promise.all([a.run({}), b.run({}), a.run({}), b.run({}), b.run({})])
    assert.deepEqual(
      [await a.readState(), await b.readState()],
      [{ count: Float32Array.of(2) }, { count: Float32Array.of(3) }],
    )
    await a.release()
    await b.release()
  })
}

function checkMemory(name: string, engine: Engine): void {
  describe(`memory of tensorflow ${name}`, () => {
    test('each run frees its tensors, and a released executable all of them', async () => {
      const before = tf.memory().numTensors
      const drawn = cases
        .filter((operation) => /^(conv|select|max|upsample|slope)/.test(operation.name))
        .map((operation) => draw(operation))
      for (const { inputs, values, loss, result, gradients } of drawn) {
        const state = loss.graph.state('state', result.shape)
        const executable = await engine.compile({
          inputs: Object.fromEntries(inputs.map((input, index) => [`x${index}`, input])),
          outputs: { loss, again: loss, ...Object.fromEntries(gradients.map((node, i) => [`g${i}`, node])) },
          states: [{ node: state, initial: new Float32Array(sizeOf(result.shape)), next: result }],
        })
        const feeds = Object.fromEntries(values.map((value, index) => [`x${index}`, value]))
        const compiled = tf.memory().numTensors
        await executable.run(feeds)
        assert.equal(tf.memory().numTensors, compiled)
        await assert.rejects(executable.run({}))
        await executable.writeState(await executable.readState())
        assert.equal(tf.memory().numTensors, compiled)
        await executable.release()
      }
      assert.equal(tf.memory().numTensors, before)
    })

    test('within a run, values are freed after their last use', async () => {
      const graph = new Graph()
      const x = graph.input('x', [1000])
      let y: Node = x
      for (let layer = 0; layer < 50; layer++) y = tanh(y)
      const executable = await engine.compile({ inputs: { x }, outputs: { y }, states: [] })
      const before = tf.memory().numBytes
      const { peakBytes } = await tf.profile(async () => {
        await executable.run({ x: new Float32Array(1000) })
        return tf.scalar(0)
      })
      // An input, a result, and the one that it came from; not fifty.
      assert.ok(peakBytes - before <= 4 * 4000, `${peakBytes - before} bytes`)
      await executable.release()
    })
  })
}
