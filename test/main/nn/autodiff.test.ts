/** The gradient rules against TensorFlow.js's own automatic differentiation of the same expressions. */
import { before, describe, test } from 'node:test'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { cases, draw } from './cases.ts'
import { assertClose } from './compare.ts'
import { evaluate } from './reference.ts'
import { registerTensorflowGradients } from './tensorflowGradients.ts'

describe('TensorFlow.js differentiates to the same', () => {
  before(async () => {
    tf.env().set('PROD', true)
    await tf.setBackend('cpu')
    await registerTensorflowGradients()
  })
  for (const operation of cases) {
    const { tensorflow } = operation
    if (!tensorflow) continue
    test(operation.name, () => {
      const { inputs, values, result, weights, gradients } = draw(operation)
      const given = new Map(inputs.map((input, index) => [input, Float64Array.from(values[index])]))
      const expected = evaluate([result, ...gradients], given)
      tf.tidy(() => {
        const tensors = inputs.map((input, index) => tf.tensor(values[index], [...input.shape]))
        const scale = tf.tensor(weights, [...result.shape])
        const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
          tf.sum(tf.mul(tensorflow(tf, ...xs), scale)),
        )(tensors)
        value.dispose()
        assertClose(tensorflow(tf, ...tensors).dataSync(), expected[0], 2e-6, 'value')
        grads.forEach((gradient, index) =>
          assertClose(gradient.dataSync(), expected[index + 1], 5e-6, `gradient by input ${index}`),
        )
      })
    })
  }
})
