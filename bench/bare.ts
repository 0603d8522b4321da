/**
 * Prints the images per second of an exported model on tensors that lie ready: what an inspection could reach if
 * all else were free. Started by end-to-end.ts: `node bench/bare.ts MODEL SECONDS`.
 */
import * as ort from 'onnxruntime-node'
import { sessionOptions } from '../src/main/nn/engines/onnx/engine.ts'
import type { ModelMetadata } from '../src/main/models/types.ts'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const [file = '', seconds = '15'] = process.argv.slice(2)
/** The inspection's own batch, see compute/pipeline.ts. */
const batch = 8

const metadata = JSON.parse(
  await readFile(path.join(path.dirname(file), 'model.json'), 'utf8'),
) as ModelMetadata
const { size, channels } = metadata.input
const session = await ort.InferenceSession.create(file, sessionOptions({ provider: 'cpu' }))
const data = Float32Array.from({ length: batch * channels * size * size }, () => Math.random())
const images = new ort.Tensor('float32', data, [batch, channels, size, size])
const [input = 'images'] = session.inputNames
const run = () => session.run({ [input]: images }, ['score', 'anomaly_map'])

await run()
await run()
const start = performance.now()
let count = 0
while (performance.now() - start < Number(seconds) * 1000 || count < 3) {
  await run()
  count++
}
console.log((count * batch * 1000) / (performance.now() - start))
await session.release()
