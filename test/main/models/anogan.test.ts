/** AnoGAN's search inside the exported model beside the same as a plain loop. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  candidatesFor,
  IMPROVEMENT,
  searchLoss,
  startingPoints,
} from '../../../src/main/models/anogan-search.ts'
import { anogan, discriminate, type AnoganConfig } from '../../../src/main/models/anogan.ts'
import { generate, InspectionScope } from '../../../src/main/models/dcgan.ts'
import { exportModel, neutralStatistics } from '../../../src/main/models/exporter.ts'
import { ModelRuntime } from '../../../src/main/models/runtime.ts'
import type { Values } from '../../../src/main/nn/engines/engine.ts'
import { createOnnxEngine } from '../../../src/main/nn/engines/onnx/engine.ts'
import { createTensorflowEngine } from '../../../src/main/nn/engines/tensorflow/engine.ts'
import { gradients } from '../../../src/main/nn/gradients.ts'
import { Graph } from '../../../src/main/nn/graph.ts'
import { normal } from '../../../src/main/nn/initialisers.ts'
import { multiply, subtract } from '../../../src/main/nn/operations/elementwise.ts'
import { sum } from '../../../src/main/nn/operations/reduction.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { assertClose } from '../nn/compare.ts'
import { plainDrawings, plainSearchLoss } from './support/plainFamilies.ts'
import { tiny, trainedFor } from './support/tinyFamilies.ts'

const base = tiny(anogan, { steps: 25, patience: 0, searchRate: 0.1 })
const area = base.size ** 2
let weights: Values
/** Drawings of other codes with a little noise. Grey: the model's NCHW and the networks' NHWC are the same. */
let images: Float32Array
before(async () => {
  const engine = await createOnnxEngine({ provider: 'cpu' })
  const trained = await trainedFor(engine, anogan, base, 3)
  // Drawings that depend on their codes, as they do after a long training.
  weights = Object.fromEntries(
    Object.entries(trained).map(([name, data]) => [
      name,
      /^generator.*filters$/.test(name) ? data.map((value) => 12 * value) : data,
    ]),
  )
  const random = new Random('images')
  const codes = new Graph().input('codes', [4, base.latent])
  const drawing = generate(new InspectionScope('generator', weights), codes, base)
  const executable = await engine.compile({ inputs: { codes }, outputs: { drawing }, states: [] })
  const drawn = await executable.run({ codes: normal(codes.shape, 0, 1, random) })
  await executable.release()
  images = drawn.drawing.map((value) => 0.5 + 0.45 * value + 0.05 * random.next())
})

interface Found {
  readonly losses: Float32Array
  readonly drawings: Float32Array
}

/** What the exported model finds for the images. */
async function found(changes: Partial<AnoganConfig>, given: Float32Array = images): Promise<Found> {
  const neutral = { mean: 0, deviation: 1 }
  const model = exportModel(
    anogan,
    { ...base, ...changes },
    weights,
    neutralStatistics(base.size),
    { defaultScore: 'map', latent: neutral, map: neutral },
    {},
  )
  const runtime = await ModelRuntime.open(model)
  const count = given.length / area
  const { latent } = await runtime.run(given, count, 1, base.size)
  const drawings = await runtime.reconstruct(given, count, 1, base.size)
  await runtime.release()
  return { losses: latent, drawings }
}

interface Plain {
  /** Lowest loss that was passed, and its code. */
  readonly loss: number
  readonly code: Float64Array
  readonly steps: number
}

/** The same for one image as a loop in JavaScript, its gradients by TensorFlow.js. */
async function plainSearch(
  image: Float32Array,
  from: Float32Array,
  changes: Partial<AnoganConfig> = {},
): Promise<Plain> {
  const config = { ...base, ...changes }
  const graph = new Graph()
  const node = graph.input('images', [1, config.size, config.size, 1])
  const codes = graph.input('codes', [1, config.latent])
  const x = subtract(multiply(node, 2), 1)
  const drawing = generate(new InspectionScope('generator', weights), codes, config)
  const features = (value: typeof x) =>
    discriminate(new InspectionScope('discriminator', weights), value, config, config.adversarialLoss)
      .features
  const loss = searchLoss(x, drawing, [features(x), features(drawing)], config.lambda)
  const [slope] = gradients(sum(loss), [codes])
  const engine = await createTensorflowEngine({ backend: 'plain' })
  const executable = await engine.compile({
    inputs: { images: node, codes },
    outputs: { loss, slope },
    states: [],
  })
  const z = Float64Array.from(from)
  const [m, v] = [new Float64Array(z.length), new Float64Array(z.length)]
  let best = { loss: Infinity, code: z.slice() }
  let calm = 0
  let step = 1
  for (; step <= config.steps; step++) {
    const outputs = await executable.run({ images: image, codes: Float32Array.from(z) })
    const here = outputs.loss[0]
    calm = here < best.loss * (1 - IMPROVEMENT) ? 0 : calm + 1
    if (here < best.loss) best = { loss: here, code: z.slice() }
    outputs.slope.forEach((g, i) => {
      m[i] = 0.9 * m[i] + 0.1 * g
      v[i] = 0.999 * v[i] + 0.001 * g * g
      z[i] -=
        (config.searchRate * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.999 ** step)) + 1e-8)
    })
    if (config.patience > 0 && calm >= config.patience) break
  }
  await executable.release()
  return { ...best, steps: Math.min(step, config.steps) }
}

const imageAt = (index: number): Float32Array => images.slice(index * area, (index + 1) * area)

describe('the search in the model', () => {
  test('is Adam on the code, as a plain loop has it', async () => {
    const { losses, drawings } = await found({})
    const start = startingPoints(1, base.latent)
    const before = plainSearchLoss(
      images,
      [0, 1, 2, 3].flatMap(() => [...start]),
      base,
      weights,
    )
    for (let index = 0; index < 4; index++) {
      const expected = await plainSearch(imageAt(index), start)
      assert.ok(Math.abs(losses[index] / expected.loss - 1) < 1e-4, `${losses[index]}, ${expected.loss}`)
      assert.ok(losses[index] < 0.9 * before[index], `${losses[index]} is better than ${before[index]}`)
      const [loss] = plainSearchLoss(imageAt(index), expected.code, base, weights)
      assert.ok(
        Math.abs(losses[index] / loss - 1) < 1e-4,
        'the loss is that of the code, in double precision',
      )
      const drawing = drawings.subarray(index * area, (index + 1) * area)
      const residual = drawing.reduce((total, value, i) => total + Math.abs(value - imageAt(index)[i]), 0)
      assert.ok(2 * residual * (1 - base.lambda) <= losses[index] * (1 + 1e-5), 'and of this drawing')
    }
  })

  test('ends for each image when it has converged', async () => {
    const changes = { steps: 400, patience: 4, searchRate: 0.3 }
    const { losses } = await found(changes)
    const start = startingPoints(1, base.latent)
    const taken: number[] = []
    for (let index = 0; index < 4; index++) {
      const expected = await plainSearch(imageAt(index), start, changes)
      taken.push(expected.steps)
      assert.ok(Math.abs(losses[index] / expected.loss - 1) < 1e-4, `${losses[index]}, ${expected.loss}`)
    }
    assert.ok(Math.max(...taken) < 400, 'all have')
    assert.ok(new Set(taken).size > 1, `not all at once: ${taken.join()}`)
  })

  test('from several points takes the best of them', async () => {
    const restarts = 3
    const { losses, drawings } = await found({ restarts })
    const points = startingPoints(restarts, base.latent)
    assert.deepEqual(points.slice(0, base.latent), startingPoints(1, base.latent))
    const winners = new Set<number>()
    for (let index = 0; index < 4; index++) {
      const each = []
      for (let from = 0; from < restarts; from++)
        each.push(
          await plainSearch(imageAt(index), points.slice(from * base.latent, (from + 1) * base.latent)),
        )
      const best = Math.min(...each.map(({ loss }) => loss))
      winners.add(each.findIndex(({ loss }) => loss === best))
      assert.ok(Math.abs(losses[index] / best - 1) < 1e-4, `${losses[index]}, ${best}`)
    }
    assert.ok(winners.size > 1 || !winners.has(0), 'another point than the first wins')
    assert.ok(drawings.every((value) => value >= 0 && value <= 1))
  })

  test('starts from the nearest of the drawings made beforehand', async () => {
    const candidates = 20
    const { losses } = await found({ candidates, steps: 6 })
    const points = startingPoints(candidates, base.latent)
    const pointAt = (index: number): Float32Array =>
      points.slice(index * base.latent, (index + 1) * base.latent)
    const drawings = plainDrawings(points, base, weights)
    const starts = [0, 1, 2, 3].map((index) => {
      const distances = drawings.map((drawing) =>
        drawing.reduce((sum, value, i) => sum + (value - imageAt(index)[i]) ** 2, 0),
      )
      return distances.indexOf(Math.min(...distances))
    })
    assert.ok(new Set(starts).size > 1, starts.join())
    for (const [index, start] of starts.entries()) {
      const expected = await plainSearch(imageAt(index), pointAt(start), { steps: 6 })
      assert.ok(Math.abs(losses[index] / expected.loss - 1) < 1e-4, `${losses[index]}, ${expected.loss}`)
    }
  })

  test('keeps candidates of large images within bounds', () => {
    assert.deepEqual(
      [candidatesFor(256, 32 * 32), candidatesFor(256, 256 * 256 * 3), candidatesFor(256, 1e9)],
      [256, 20, 1],
    )
  })

  for (const changes of [{}, { patience: 3, steps: 300, searchRate: 0.3 }, { restarts: 2, candidates: 5 }])
    test(`gives an image alone what it gives in company: ${JSON.stringify(changes)}`, async () => {
      const together = await found(changes)
      for (let index = 0; index < 4; index++) {
        const alone = await found(changes, imageAt(index))
        assertClose(alone.losses, together.losses.subarray(index, index + 1), 1e-5, 'score')
        assertClose(
          alone.drawings,
          together.drawings.subarray(index * area, (index + 1) * area),
          1e-5,
          'drawing',
        )
      }
    })

  test('has no score for an image that is none', async () => {
    const broken = images.slice()
    broken.fill(Number.NaN, 0, area)
    const { losses } = await found({ patience: 5 }, broken)
    assert.ok(Number.isNaN(losses[0]))
    assert.ok(losses.subarray(1).every(Number.isFinite), 'and those beside it have theirs')
  })
})

test('epochs are compared by a shorter search from one point', () => {
  const quick = anogan.quickInspection?.(tiny(anogan, { restarts: 4 }))
  assert.deepEqual([quick?.steps, quick?.restarts], [50, 1])
  assert.equal(anogan.quickInspection?.(tiny(anogan, { steps: 10 })).steps, 10)
})

test('epochs are compared now and then, and the last always', () => {
  const validated = (epochs: number): number[] =>
    Array.from({ length: epochs }, (_, index) => index + 1).filter((epoch) =>
      anogan.validates?.(epoch, tiny(anogan, { epochs })),
    )
  assert.deepEqual(validated(4), [1, 2, 3, 4])
  assert.deepEqual(validated(60).slice(0, 3), [3, 6, 9])
  for (const epochs of [1, 25, 26, 101, 1000]) {
    assert.equal(validated(epochs).at(-1), epochs)
    assert.ok(validated(epochs).length <= 26)
  }
})

test('its settings are by default those of the paper', () => {
  const { steps, lambda, restarts, learningRate } = anogan.schema.parse({})
  assert.deepEqual([steps, lambda, restarts, learningRate], [500, 0.1, 1, 2e-4])
  for (const wrong of [
    { steps: 0 },
    { lambda: 2 },
    { restarts: 9 },
    { adversarialLoss: 'hinge' },
    { patience: -1 },
  ])
    assert.ok(!anogan.schema.safeParse(wrong).success, JSON.stringify(wrong))
})
