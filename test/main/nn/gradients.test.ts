/** The gradient rules, in double precision and apart from any engine, against finite differences. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cases, draw } from './cases.ts'
import { assertClose } from './compare.ts'
import { evaluate, finiteDifferences } from './reference.ts'

describe('gradient rules', () => {
  for (const operation of cases)
    test(operation.name, () => {
      const { inputs, values, loss, gradients } = draw(operation)
      const given = new Map(inputs.map((input, index) => [input, Float64Array.from(values[index])]))
      const analytic = evaluate(gradients, given)
      inputs.forEach((input, index) => {
        assert.deepEqual(gradients[index].shape, input.shape)
        assertClose(analytic[index], finiteDifferences(loss, input, given), 1e-8, `by input ${index}`)
      })
    })
})
