/** Gradients of gradients: what a gradient penalty needs and most libraries' convolutions lack. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph } from '../../../src/main/nn/graph.ts'
import { add, square } from '../../../src/main/nn/operations/elementwise.ts'
import { matmul } from '../../../src/main/nn/operations/linear.ts'
import { sum } from '../../../src/main/nn/operations/reduction.ts'
import { cases, draw } from './cases.ts'
import { assertClose } from './compare.ts'
import { drawCritic } from './critic.ts'
import { evaluate, finiteDifferences } from './reference.ts'

describe('second derivatives of each operation', () => {
  for (const operation of cases)
    test(operation.name, () => {
      const { inputs, values, result } = draw(operation)
      const given = new Map(inputs.map((input, index) => [input, Float64Array.from(values[index])]))
      // Squared, so that linear operations have second derivatives too.
      const first = gradients(sum(square(result)), inputs)
      const loss = first.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b))
      const second = evaluate(gradients(loss, inputs), given)
      inputs.forEach((input, index) =>
        assertClose(second[index], finiteDifferences(loss, input, given), 1e-7, `by input ${index}`),
      )
    })
})

describe('gradient penalty of a critic', () => {
  const { given, images, parameters, criticism, slope, penalty } = drawCritic()

  test('the slope is the derivative of the criticism by the images', () => {
    const [analytic] = evaluate([slope], given)
    assertClose(analytic, finiteDifferences(sum(criticism), images, given), 1e-8, 'slope')
  })

  test('its gradients by every parameter are those of finite differences', () => {
    const analytic = evaluate(gradients(penalty, parameters), given)
    parameters.forEach((parameter, index) => {
      const expected = finiteDifferences(penalty, parameter, given)
      assert.ok(expected.some((value) => Math.abs(value) > 1e-3) || index === parameters.length - 1)
      assertClose(analytic[index], expected, 1e-8, `by parameter ${index}`)
    })
  })

  test('differences of differences, which use no rule at all, agree', () => {
    const [batch, ...rest] = images.shape
    const size = rest.reduce((product, length) => product * length, 1)
    const penaltyWith = (values: typeof given): number => {
      const slopes = finiteDifferences(sum(criticism), images, values, 1e-4)
      let total = 0
      for (let n = 0; n < batch; n++) {
        const squares = slopes.subarray(n * size, (n + 1) * size).reduce((all, s) => all + s * s, 0)
        total += (Math.sqrt(squares) - 1) ** 2
      }
      return total / batch
    }
    const [filters] = parameters
    const [analytic] = evaluate(gradients(penalty, [filters]), given)
    for (const index of [0, 7, 13]) {
      const moved = (change: number) => {
        const values = (given.get(filters) ?? new Float64Array()).slice()
        values[index] += change
        return penaltyWith(new Map([...given, [filters, values]]))
      }
      assertClose([analytic[index]], [(moved(1e-4) - moved(-1e-4)) / 2e-4], 1e-5, `filter weight ${index}`)
    }
  })
})

test('by hand: the penalty (|a| - 1)² of x·a has the gradient 2 (|a| - 1) a / |a|', () => {
  const graph = new Graph()
  const x = graph.input('x', [1, 2])
  const a = graph.input('a', [2, 1])
  const [slope] = gradients(sum(matmul(x, a)), [x])
  const squaredNorm = sum(square(slope))
  const given = new Map([
    [x, Float64Array.of(0.3, -0.7)],
    [a, Float64Array.of(3, 4)],
  ])
  assert.deepEqual(evaluate([squaredNorm, ...gradients(squaredNorm, [a, x])], given), [
    Float64Array.of(25),
    Float64Array.of(6, 8),
    Float64Array.of(0, 0),
  ])
})

test('third derivatives of x⁴', () => {
  const graph = new Graph()
  const x = graph.input('x', [])
  const [first] = gradients(square(square(x)), [x])
  const [second] = gradients(first, [x])
  const [third] = gradients(second, [x])
  assert.deepEqual(
    evaluate([first, second, third], new Map([[x, Float64Array.of(3)]])),
    [108, 108, 72].map((value) => Float64Array.of(value)),
  )
})
