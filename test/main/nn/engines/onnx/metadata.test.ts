import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { readOnnxMetadata } from '../../../../../src/main/nn/engines/onnx/metadata.ts'
import { OnnxWriter } from '../../../../../src/main/nn/engines/onnx/writer.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-metadata-'))
})
after(() => rm(folder, { recursive: true }))

async function fileOf(bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, 'model.onnx')
  await writeFile(file, bytes)
  return file
}

/** A model with properties before and behind weights of more bytes than one length byte can tell. */
function model(properties: Readonly<Record<string, string>>): Uint8Array {
  const writer = new OnnxWriter()
  const x = writer.input('x', [1, 300])
  writer.output('y', writer.node('Add', [x, writer.floats(new Float32Array(300), [300])]), [1, 300])
  return writer.encode(properties)
}

test('properties are read, whatever their length and letters', async () => {
  const properties = { flawline: '{"a":1}', empty: '', long: 'ü°'.repeat(50_000) }
  assert.deepEqual(await readOnnxMetadata(await fileOf(model(properties))), properties)
  assert.deepEqual(await readOnnxMetadata(await fileOf(model({}))), {})
})

test('a file that is cut short or no model is refused', async () => {
  const whole = model({ flawline: 'x'.repeat(500) })
  for (const length of [whole.length - 1, whole.length - 400, 200, 3])
    await assert.rejects(readOnnxMetadata(await fileOf(whole.subarray(0, length))), /cut short|no ONNX model/)
  await assert.rejects(readOnnxMetadata(await fileOf(Buffer.alloc(64, 0xff))), /no ONNX model/)
  await assert.rejects(readOnnxMetadata(path.join(folder, 'missing.onnx')), /ENOENT/)
})
