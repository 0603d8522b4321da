/** The exported model: what stock ONNX Runtime makes of it, and what Flawline's inspector does. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as ort from 'onnxruntime-node'
import proto from 'onnx-proto'
import { loadBest } from '../../../src/main/models/checkpoint.ts'
import { ganomaly, type GanomalyConfig } from '../../../src/main/models/ganomaly.ts'
import { Inspector, ModelFileError, poolMap } from '../../../src/main/models/inspector.ts'
import { METADATA_KEY, parseMetadata } from '../../../src/main/models/metadata.ts'
import type { ModelMetadata, TrainingJob } from '../../../src/main/models/types.ts'
import { createTensorflowEngine } from '../../../src/main/nn/engines/tensorflow/engine.ts'
import { Graph } from '../../../src/main/nn/graph.ts'
import { Random } from '../../../src/main/nn/random.ts'
import { assertClose } from '../nn/compare.ts'
import { modelFileOf } from './support/models.ts'
import { drawPart, Workshop } from './support/parts.ts'
import { record } from './support/recording.ts'

let workshop: Workshop
let job: TrainingJob
let metadata: ModelMetadata
let model: Buffer
let session: ort.InferenceSession
before(async () => {
  workshop = await Workshop.open([{ width: 48, height: 40, channels: 3 }])
  job = await workshop.job({ channels: 3, epochs: 4 })
  const { result } = await record(job)
  assert.ok(result.metadata)
  ;({ metadata } = result)
  model = await readFile(modelFileOf(job))
  session = await ort.InferenceSession.create(model)
})
after(async () => {
  await session.release()
  await workshop.close()
})

const channels = 3
const size = 32
const area = size * size
const random = new Random('inspector')

/** Views as the model takes them, NCHW; the first is always the same. */
function views(count: number): Float32Array {
  return new Float32Array(count * channels * area).map((_, i) =>
    i < channels * area ? ((7 * i) % 101) / 100 : random.next(),
  )
}

type Outputs = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>>
const runModel = async (data: Float32Array): Promise<Outputs> =>
  (await session.run({
    image: new ort.Tensor('float32', data, [data.length / (channels * area), channels, size, size]),
  })) as unknown as Outputs

describe('the model file', () => {
  for (const count of [1, 3, 7])
    test(`takes ${count} views and gives score, anomaly map and reconstruction`, async () => {
      const { score, anomaly_map: map, reconstruction, ...parts } = await runModel(views(count))
      assert.deepEqual(score.dims, [count])
      assert.deepEqual(map.dims, [count, 1, size, size])
      assert.deepEqual(reconstruction.dims, [count, channels, size, size])
      assert.deepEqual(Object.keys(parts).sort(), ['latent_score', 'map_score'])
      for (const { data } of [score, map, reconstruction]) assert.ok(data.every(Number.isFinite))
      assert.ok(reconstruction.data.every((value) => value >= 0 && value <= 1))
    })

  test('gives a view the same whatever others it is with', async () => {
    const alone = await runModel(views(1))
    for (const count of [2, 5]) {
      const among = await runModel(views(count))
      for (const [name, { data }] of Object.entries(alone))
        assertClose(among[name].data.subarray(0, data.length), data, 1e-5, name)
    }
  })

  test('scores by what the calibration says', async () => {
    const outputs = await runModel(views(3))
    assert.equal(metadata.calibration.defaultScore, 'map')
    assert.deepEqual(outputs.score.data, outputs.map_score.data)
    for (let view = 0; view < 3; view++) {
      const map = outputs.anomaly_map.data.subarray(view * area, (view + 1) * area)
      assert.equal(outputs.map_score.data[view], Math.max(...map))
    }
  })

  test('is what the trained networks give on an engine that shares no kernel', async () => {
    const config = ganomaly.schema.parse(job.config) as GanomalyConfig
    const best = await loadBest(job.folder)
    assert.ok(best)
    const graph = new Graph()
    const images = graph.input('images', [3, size, size, channels])
    const { reconstruction, latent } = ganomaly.inspection(images, config, best.values)
    const engine = await createTensorflowEngine({ backend: 'plain' })
    const executable = await engine.compile({
      inputs: { images },
      outputs: { reconstruction, latent },
      states: [],
    })
    const given = views(3)
    const interleaved = given.map((_, i) => {
      const [view, within] = [Math.floor(i / (channels * area)), i % (channels * area)]
      return given[view * channels * area + (within % channels) * area + Math.floor(within / channels)]
    })
    const expected = await executable.run({ images: interleaved })
    await executable.release()
    const outputs = await runModel(given)
    const rebuilt = outputs.reconstruction.data.map((_, i) => {
      const [view, within] = [Math.floor(i / (channels * area)), i % (channels * area)]
      return outputs.reconstruction.data[
        view * channels * area + (within % channels) * area + Math.floor(within / channels)
      ]
    })
    assertClose(rebuilt, expected.reconstruction, 1e-4, 'reconstruction')
    expected.latent.forEach((value, view) =>
      assert.ok(Math.abs(outputs.latent_score.data[view] / value - 1) < 1e-4),
    )
  })

  test('carries its description, the same as beside it', async () => {
    const properties = proto.onnx.ModelProto.decode(model).metadataProps ?? []
    const found = properties.find(({ key }) => key === METADATA_KEY)
    assert.deepEqual(parseMetadata(found?.value ?? undefined), metadata)
    const { finished, seconds } = metadata.training
    assert.ok(!Number.isNaN(Date.parse(finished)) && seconds > 0)
  })
})

describe('the inspector', () => {
  const part = (width = 48, height = 40) => drawPart(random, { width, height, channels: 3 })
  let inspector: Inspector
  before(async () => {
    inspector = await Inspector.open(modelFileOf(job), { threads: 1 })
  })
  after(() => inspector.release())

  test('knows the model', () => assert.deepEqual(inspector.metadata, metadata))

  test('judges together as it judges alone, sizes mixed', async () => {
    const parts = [part(), part(100, 30), part(), part(20, 64)]
    const together = await inspector.judgeMany(parts)
    assert.equal(together.length, parts.length)
    for (const [index, raster] of parts.entries()) {
      const alone = await inspector.judge(raster)
      const { scores, score, map } = together[index]
      for (const name of ['latent', 'map', 'combined'] as const)
        assert.ok(Math.abs(scores[name] - alone.scores[name]) < 1e-4 * (1 + Math.abs(alone.scores[name])))
      assert.equal(score, scores[metadata.calibration.defaultScore])
      assertClose(map.data, alone.map.data, 1e-4, 'map')
      assert.equal(scores.map, poolMap(map))
    }
  })

  test('judges nothing to nothing', async () => assert.deepEqual(await inspector.judgeMany([]), []))

  test('refuses an image of other channels', async () => {
    const grey = drawPart(random, { width: 48, height: 40 })
    await assert.rejects(inspector.judge(grey), /3 channels, the image has 1/)
  })

  test('refuses to pass an image whose score is no number', async () => {
    const broken = part()
    broken.data.fill(NaN)
    await assert.rejects(inspector.judge(broken), /no finite score/)
  })
})

describe('a file that is no model of ours is refused by name', () => {
  const refused = async (name: string, content: Uint8Array | string | null, reason: RegExp) => {
    const file = path.join(workshop.folder, name)
    if (content !== null) await writeFile(file, content)
    await assert.rejects(Inspector.open(file), (error) => {
      assert.ok(error instanceof ModelFileError, String(error))
      assert.equal(error.file, file)
      assert.ok(error.message.includes(file), error.message)
      assert.match(error.message, reason)
      return true
    })
  }
  const doctored = (change: (value: Record<string, unknown>) => unknown): Uint8Array => {
    const decoded = proto.onnx.ModelProto.decode(model)
    const text = JSON.stringify(change(structuredClone(metadata) as unknown as Record<string, unknown>))
    decoded.metadataProps = [proto.onnx.StringStringEntryProto.create({ key: METADATA_KEY, value: text })]
    return proto.onnx.ModelProto.encode(decoded).finish()
  }

  test('missing', () => refused('missing.onnx', null, /ENOENT|not there|missing/))
  test('empty', () => refused('empty.onnx', '', /./))
  test('garbage', () => refused('garbage.onnx', 'PK this is no ONNX file at all', /./))
  test('a folder', () => refused('.', null, /EISDIR|folder/))
  test('cut short', async () => {
    for (const share of [0.1, 0.5, 0.99])
      await refused('short.onnx', model.subarray(0, Math.floor(share * model.length)), /./)
  })
  test('an ONNX model of someone else', () => {
    const decoded = proto.onnx.ModelProto.decode(model)
    decoded.metadataProps = []
    return refused('other.onnx', proto.onnx.ModelProto.encode(decoded).finish(), /no Flawline metadata/)
  })
  test('with a description that is no JSON, of another version, or with wrong values', async () => {
    const decoded = proto.onnx.ModelProto.decode(model)
    decoded.metadataProps = [proto.onnx.StringStringEntryProto.create({ key: METADATA_KEY, value: '{"x' })]
    await refused('text.onnx', proto.onnx.ModelProto.encode(decoded).finish(), /not JSON/)
    await refused(
      'version.onnx',
      doctored((value) => ({ ...value, version: 2 })),
      /version/,
    )
    await refused(
      'field.onnx',
      doctored((value) => ({ ...value, fit: undefined })),
      /fit/,
    )
    await refused(
      'spread.onnx',
      doctored((value) => ({ ...value, calibration: { ...metadata.calibration, spread: 0 } })),
      /calibration\.spread/,
    )
    await refused(
      'cells.onnx',
      doctored((value) => ({
        ...value,
        calibration: { ...metadata.calibration, position: { side: 2, mean: [1], deviation: [1] } },
      })),
      /cells/,
    )
  })
  test('with a description of another model', async () => {
    const input = { ...metadata.input, size: 64 }
    await refused(
      'size.onnx',
      doctored((value) => ({ ...value, input, fit: { ...metadata.fit, size: 64 } })),
      /takes image 3×32×32.*image 3×64×64/,
    )
    await refused(
      'channels.onnx',
      doctored((value) => ({ ...value, input: { ...metadata.input, channels: 1 } })),
      /image 1×32×32/,
    )
    await refused(
      'sizes.onnx',
      doctored((value) => ({ ...value, fit: { ...metadata.fit, size: 64 } })),
      /64 px for a model of 32 px/,
    )
  })
  test('without the outputs that are needed', () => {
    const decoded = proto.onnx.ModelProto.decode(model)
    if (decoded.graph?.output)
      decoded.graph.output = decoded.graph.output.filter(({ name }) => name !== 'anomaly_map')
    return refused('outputs.onnx', proto.onnx.ModelProto.encode(decoded).finish(), /anomaly_map/)
  })
})
