/**
 * Prints the images per second of an exported model on tensors that lie ready: what an inspection could reach if
 * all else were free. Started by end-to-end.ts: `node bench/bare.ts MODEL SECONDS`.
 */
import { Inspector } from '../src/main/models/inspector.ts'
import { ModelRuntime } from '../src/main/models/runtime.ts'

const [file = '', seconds = '15'] = process.argv.slice(2)
/** The inspection's own batch, see compute/pipeline.ts. */
const batch = 8

const inspector = await Inspector.open(file)
const { size, channels } = inspector.metadata.input
await inspector.release()

const runtime = await ModelRuntime.open(file)
const views = Float32Array.from({ length: batch * channels * size * size }, () => Math.random())
const run = () => runtime.run(views, batch, channels, size)

await run()
await run()
const start = performance.now()
let count = 0
while (performance.now() - start < Number(seconds) * 1000 || count < 3) {
  await run()
  count++
}
console.log((count * batch * 1000) / (performance.now() - start))
await runtime.release()
