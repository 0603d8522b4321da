/** Twenty steps of each optimiser against PyTorch's documented update, written out, and its printed values. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Engine } from '../../../src/main/nn/engines/engine.ts'
import { createTensorflowEngine } from '../../../src/main/nn/engines/tensorflow/engine.ts'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph, GraphError, type Node } from '../../../src/main/nn/graph.ts'
import { add, multiply, square, tanh } from '../../../src/main/nn/operations/elementwise.ts'
import { sum } from '../../../src/main/nn/operations/reduction.ts'
import { adam, rmsProp, sgd, type Optimiser } from '../../../src/main/nn/optimisers.ts'
import { nameOf, type StateVariable } from '../../../src/main/nn/program.ts'
import { assertClose } from './compare.ts'
import { evaluate, type Given } from './reference.ts'

const start = [1, -2, 0.5]
const weights = [1, 10, 0.1]

/** Σ w p² / 2 + tanh 3p, and its derivative. */
const lossOf = (p: Node): Node =>
  sum(add(multiply(multiply(square(p), p.graph.constant(weights, [3])), 0.5), tanh(multiply(p, 3))))
const slopeOf = (p: number, index: number): number => weights[index] * p + 3 * (1 - Math.tanh(3 * p) ** 2)

/** A step of one parameter, as PyTorch's documentation has it; `t` counts from 1. */
type Step = (p: number, g: number, t: number) => number

/** torch.optim.Adam: bias-corrected moments, ε outside the root. */
function torchAdam(lr: number, beta1: number, beta2: number, epsilon: number): Step {
  let m = 0
  let v = 0
  return (p, g, t) => {
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    return p - (lr * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon)
  }
}

function torchRmsProp(lr: number, alpha: number, epsilon: number): Step {
  let v = 0
  return (p, g) => {
    v = alpha * v + (1 - alpha) * g * g
    return p - (lr * g) / (Math.sqrt(v) + epsilon)
  }
}

function torchSgd(lr: number, momentum: number): Step {
  let buffer = 0
  return (p, g, t) => {
    buffer = t === 1 ? g : momentum * buffer + g
    return p - lr * buffer
  }
}

interface OptimiserCase {
  readonly name: string
  readonly optimiser: () => Optimiser
  readonly step: () => Step
  /** After steps 1, 2, 5 and 20, as PyTorch 1.13 prints them in double precision. */
  readonly torch: readonly (readonly number[])[]
}

const optimiserCases: readonly OptimiserCase[] = [
  {
    name: 'Adam',
    optimiser: () => adam('o', { learningRate: 0.05 }),
    step: () => torchAdam(0.05, 0.9, 0.999, 1e-8),
    torch: [
      [0.9500000004856264, -1.9500000000250002, 0.45000000084442354],
      [0.9000609162353159, -1.90003699975955, 0.4000444605078195],
      [0.750915824279907, -1.7506338224086184, 0.2504287509102523],
      [-0.02965750552484573, -1.0402280886016737, -0.5021891674897903],
    ],
  },
  {
    name: 'Adam as GANomaly has it',
    optimiser: () => adam('o', { learningRate: 0.01, beta1: 0.5 }),
    step: () => torchAdam(0.01, 0.5, 0.999, 1e-8),
    torch: [
      [0.9900000000971253, -1.990000000005, 0.49000000016888473],
      [0.9800133528680758, -1.9800083734974998, 0.47992292216171073],
      [0.9502000109170559, -1.9501273184279417, 0.44881597339624735],
      [0.8055093727477163, -1.8039785530332286, 0.25943692259989887],
    ],
  },
  {
    name: 'Adam without a first moment and with a large epsilon',
    optimiser: () => adam('o', { learningRate: 0.01, beta1: 0, beta2: 0.9, epsilon: 1e-3 }),
    step: () => torchAdam(0.01, 0, 0.9, 1e-3),
    torch: [
      [0.9900097031033614, -1.9900004999768444, 0.49001685999697064],
      [0.9800572407941326, -1.9800247780174431, 0.47980957804749796],
      [0.9504078927707948, -1.9502322938270031, 0.44785380466070834],
      [0.8052063928831891, -1.8036757258900429, 0.26380159150626054],
    ],
  },
  {
    name: 'RMSProp',
    optimiser: () => rmsProp('o'),
    step: () => torchRmsProp(0.01, 0.99, 1e-8),
    torch: [
      [0.9000000097125266, -1.900000000500002, 0.4000000168884681],
      [0.831860980871522, -1.8309434483978022, 0.3148908320938663],
      [0.6873648157957568, -1.685482673372102, 0.09585769790099673],
      [0.12785487906696397, -1.2902068406056137, -0.3577106864307843],
    ],
  },
  {
    name: 'RMSProp with its constants set',
    optimiser: () => rmsProp('o', { learningRate: 0.01, decay: 0.9, epsilon: 1e-3 }),
    step: () => torchRmsProp(0.01, 0.9, 1e-3),
    torch: [
      [0.9684740512792555, -1.9683822226262984, 0.46854521095268203],
      [0.9458569079831971, -1.9456172504374352, 0.4441245683185363],
      [0.8952371262168494, -1.8945208909948603, 0.384859375459045],
      [0.722511376428605, -1.7208981651542337, 0.15664598435431693],
    ],
  },
  {
    name: 'SGD',
    optimiser: () => sgd('o', { learningRate: 0.02 }),
    step: () => torchSgd(0.02, 0),
    torch: [
      [0.9794080377700736, -1.6000014745928444, 0.4881576016645811],
      [0.9591505020631387, -1.2800174322256332, 0.4756213434618117],
      [0.9002295699654855, -0.6575782493699807, 0.4329089211305333],
      [0.6306493443157521, -0.2090913782042111, -0.10415797086893688],
    ],
  },
  {
    name: 'SGD with momentum',
    optimiser: () => sgd('o', { learningRate: 0.02, momentum: 0.9 }),
    step: () => torchSgd(0.02, 0.9),
    torch: [
      [0.9794080377700736, -1.6000014745928444, 0.4881576016645811],
      [0.9406177360562049, -0.920018759359193, 0.46496318495993466],
      [0.7387457029088421, 1.0623601272621566, 0.3181647150623047],
      [-1.2687594646678086, 0.5270177986355222, -1.772830827429649],
    ],
  },
]

const printed = [1, 2, 5, 20]

function trainingStep(optimiser: Optimiser): { readonly p: Node; readonly states: StateVariable[] } {
  const p = new Graph().state('p', [3])
  const { next, states } = optimiser.updates([{ node: p, gradient: gradients(lossOf(p), [p])[0] }])
  return { p, states: [{ node: p, initial: Float32Array.from(start), next: next[0] }, ...states] }
}

describe('twenty steps', () => {
  let engine: Engine
  before(async () => {
    engine = await createTensorflowEngine({ backend: 'plain' })
  })

  for (const { name, optimiser, step, torch } of optimiserCases) {
    const expected = (): number[][] => {
      const steps = start.map(step)
      let p = start
      return Array.from({ length: 20 }, (_, t) => (p = p.map((x, i) => steps[i](x, slopeOf(x, i), t + 1))))
    }

    test(`${name}: the written-out update prints what PyTorch prints`, () => {
      printed.forEach((t, index) => assertClose(expected()[t - 1], torch[index], 1e-13, `step ${t}`))
    })

    test(`${name}: the graph in double precision`, () => {
      const { states } = trainingStep(optimiser())
      let values: Given = new Map(states.map(({ node, initial }) => [node, Float64Array.from(initial)]))
      expected().forEach((p, t) => {
        const next = evaluate(
          states.map((state) => state.next ?? state.node),
          values,
        )
        values = new Map(states.map(({ node }, index) => [node, next[index]]))
        // 1e-7: the constants of the graph, such as 0.999, are float32.
        assertClose(next[0], p, 3e-7, `step ${t + 1}`)
      })
    })

    test(`${name}: the graph on an engine`, async () => {
      const { p, states } = trainingStep(optimiser())
      const executable = await engine.compile({ inputs: {}, outputs: { p }, states })
      for (const [t, values] of expected().entries()) {
        await executable.run({})
        assertClose((await executable.readState(['p'])).p, values, 2e-6, `step ${t + 1}`)
      }
      await executable.release()
    })
  }
})

test('states are named after optimiser and parameter, one set for each parameter', () => {
  const graph = new Graph()
  const parameters = ['encoder/w', 'encoder/b'].map((name) => ({
    node: graph.state(name, [2]),
    gradient: graph.constant([1, 2], [2]),
  }))
  const names = (optimiser: Optimiser) => optimiser.updates(parameters).states.map(({ node }) => nameOf(node))
  assert.deepEqual(names(adam('g')).sort(), [
    'g/encoder/b/m',
    'g/encoder/b/v',
    'g/encoder/w/m',
    'g/encoder/w/v',
    'g/weight1',
    'g/weight2',
  ])
  assert.deepEqual(names(rmsProp('r')), ['r/encoder/w/v', 'r/encoder/b/v'])
  assert.deepEqual(names(sgd('s', { learningRate: 1 })), [])
  assert.deepEqual(names(sgd('t', { learningRate: 1, momentum: 0.5 })), [
    't/encoder/w/velocity',
    't/encoder/b/velocity',
  ])
  assert.throws(() => names(adam('g')), GraphError)
  assert.deepEqual(adam('empty').updates([]), { next: [], states: [] })
})

test('the learning rate may be an input', () => {
  const graph = new Graph()
  const rate = graph.input('rate', [])
  const p = graph.state('p', [1])
  const gradient = graph.constant([4], [1])
  const next = [
    sgd('s', { learningRate: rate }),
    rmsProp('r', { learningRate: rate, decay: 0, epsilon: 0 }),
    adam('a', { learningRate: rate, epsilon: 0 }),
  ].map((optimiser) => {
    const { next: after, states } = optimiser.updates([{ node: p, gradient }])
    const given = new Map([...states.map(({ node }) => node), p].map((node) => [node, new Float64Array([0])]))
    return evaluate(after, given.set(rate, Float64Array.of(0.25)))[0][0]
  })
  assertClose(next, [-1, -0.25, -0.25], 1e-7, 'first steps')
})
