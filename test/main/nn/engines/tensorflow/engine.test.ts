import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import { EngineUnavailableError, type Engine } from '../../../../../src/main/nn/engines/engine.ts'
import { createTensorflowEngine } from '../../../../../src/main/nn/engines/tensorflow/engine.ts'
import { cases, draw } from '../../cases.ts'
import { describeEngine } from '../contract.ts'

describeEngine('tensorflow plain', {
  open: () => createTensorflowEngine({ backend: 'plain' }),
  tolerance: 2e-6,
})

const native = await createTensorflowEngine({ backend: 'native' }).catch((error: unknown) => error)
if (native instanceof Error)
  test('tensorflow native is optional: where it is missing, the error says what and why', () => {
    assert.ok(native instanceof EngineUnavailableError)
    assert.match(native.message, /tfjs-node-gpu: .*tfjs-node: .*npm install/s)
  })
else describeEngine('tensorflow native', { open: async () => native as Engine, tolerance: 1e-5 })

describe('memory', () => {
  test('each run frees its tensors, and a released executable all of them', async () => {
    const engine = await createTensorflowEngine({ backend: 'plain' })
    const before = tf.memory().numTensors
    const drawn = cases
      .filter(({ name }) => /^(conv|select|max|upsample|slope)/.test(name))
      .map((operation) => draw(operation))
    for (const { inputs, values, loss, result, gradients } of drawn) {
      const state = loss.graph.state('state', result.shape)
      const executable = await engine.compile({
        inputs: Object.fromEntries(inputs.map((input, index) => [`x${index}`, input])),
        outputs: { loss, again: loss, ...Object.fromEntries(gradients.map((node, i) => [`g${i}`, node])) },
        states: [
          { node: state, initial: new Float32Array(result.shape.reduce((a, b) => a * b, 1)), next: result },
        ],
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
})
