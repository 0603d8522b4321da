import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeSafetensors, encodeSafetensors, SafetensorsError } from '../../../src/main/nn/safetensors.ts'

const tensors = [
  ['encoder/w', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 1e-30, Infinity, -0) }],
  ['scalar', { shape: [], data: Float32Array.of(Math.PI) }],
  ['empty', { shape: [0, 4], data: new Float32Array() }],
  ['名前 "quoted"', { shape: [1], data: Float32Array.of(7) }],
  ['__proto__', { shape: [1], data: Float32Array.of(8) }],
] as const

/** A file put together by hand from its parts. */
function file(header: unknown, values: Uint8Array | number = 0, headerLength?: bigint): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header)
  const text = Buffer.from(json)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(headerLength ?? BigInt(text.length))
  return Buffer.concat([length, text, typeof values === 'number' ? Buffer.alloc(values) : values])
}

const entry = (shape: unknown, start: unknown, end: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
})

describe('round trip', () => {
  test('names, shapes, values and metadata come back', () => {
    const metadata = { format: 'pt', epoch: '12', __proto__x: 'y' }
    const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata))
    assert.deepEqual([...decoded.tensors], tensors)
    assert.ok(Object.is(decoded.tensors.get('encoder/w')?.data[5], -0))
    assert.deepEqual(Object.fromEntries(decoded.metadata), metadata)
  })

  test('a part of a larger buffer, at any alignment', () => {
    const bytes = encodeSafetensors(tensors)
    for (const offset of [1, 2, 3]) {
      const larger = new Uint8Array(bytes.length + 8)
      larger.set(bytes, offset)
      const decoded = decodeSafetensors(larger.subarray(offset, offset + bytes.length))
      assert.deepEqual([...decoded.tensors], tensors)
    }
  })

  test('a Buffer, as files are read into', () => {
    const decoded = decodeSafetensors(Buffer.from(encodeSafetensors(tensors)))
    assert.deepEqual([...decoded.tensors], tensors)
    assert.equal(decoded.tensors.get('scalar')?.data.buffer.byteLength, 4)
  })

  test('no tensors', () => {
    assert.deepEqual(decodeSafetensors(encodeSafetensors([])), { tensors: new Map(), metadata: new Map() })
  })

  test('views are written alone, not the buffer behind them', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3)
    const { tensors: read } = decodeSafetensors(encodeSafetensors([['view', { shape: [2], data }]]))
    assert.deepEqual(read.get('view')?.data, Float32Array.of(2, 3))
  })
})

test('the bytes are those of the format', () => {
  const bytes = encodeSafetensors([['a', { shape: [2], data: Float32Array.of(1, -2) }]])
  const header = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8)
  assert.deepEqual(
    Buffer.from(bytes),
    Buffer.concat([
      Buffer.of(padded.length, 0, 0, 0, 0, 0, 0, 0),
      Buffer.from(padded),
      Buffer.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0),
    ]),
  )
})

test('a file with values out of order of its header is read', () => {
  const { tensors: read } = decodeSafetensors(
    file({ late: entry([1], 4, 8), early: entry([1], 0, 4) }, new Uint8Array(Float32Array.of(1, 2).buffer)),
  )
  assert.deepEqual(Object.fromEntries([...read].map(([name, { data }]) => [name, data[0]])), {
    late: 2,
    early: 1,
  })
})

test('every truncation of a file is refused', () => {
  const bytes = encodeSafetensors(tensors, { format: 'pt' })
  for (let length = 0; length < bytes.length; length++)
    assert.throws(() => decodeSafetensors(bytes.subarray(0, length)), SafetensorsError, `${length} bytes`)
})

describe('damaged and hostile files are refused with a reason', () => {
  const hostile: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['no bytes', new Uint8Array(), /too short/],
    ['a header of 2^63 bytes', file({}, 0, 2n ** 63n), /too large/],
    ['a header longer than the file', file({}, 0, 1000n), /truncated/],
    ['no JSON', file('{"a":'), /not JSON/],
    ['no UTF-8', Buffer.concat([Buffer.of(2, 0, 0, 0, 0, 0, 0, 0), Buffer.of(0xff, 0xfe)]), /not JSON/],
    ['deeply nested JSON', file('['.repeat(1_000_000)), /not JSON/],
    ['a list', file([]), /not a JSON object/],
    ['null', file('null'), /not a JSON object/],
    ['an entry that is no object', file({ a: 3 }), /'a'.*not an object/],
    ['another type', file({ a: entry([1], 0, 2, 'F16') }, 2), /'a'.*F16/],
    ['no type', file({ a: { shape: [1], data_offsets: [0, 4] } }, 4), /'a'.*F32/],
    ['a negative size', file({ a: entry([-1, -1], 0, 4) }, 4), /'a'.*shape/],
    ['a fractional size', file({ a: entry([0.5, 2], 0, 4) }, 4), /'a'.*shape/],
    ['a shape that is no list', file({ a: entry('1', 0, 4) }, 4), /'a'.*shape/],
    [
      'sizes whose product overflows',
      file({ a: entry([2 ** 53 - 1, 2 ** 53 - 1], 0, 4) }, 4),
      /'a'.*4 bytes/,
    ],
    ['one offset', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /'a'.*data_offsets/],
    ['a negative offset', file({ a: entry([1], -4, 0) }, 4), /'a'.*data_offsets/],
    ['an end before the start', file({ a: entry([1], 4, 0) }, 4), /'a'.*before/],
    ['an end past the file', file({ a: entry([2], 0, 8) }, 4), /'a'.*truncated/],
    ['too few bytes for the shape', file({ a: entry([2], 0, 4) }, 4), /'a'.*4 bytes/],
    ['overlapping tensors', file({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), /'b'.*starts at byte 4/],
    ['a gap', file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), /'b'.*starts at byte 8/],
    ['bytes after the last tensor', file({ a: entry([1], 0, 4) }, 6), /2 bytes after/],
    ['metadata that is no object', file({ __metadata__: [] }), /__metadata__/],
    ['metadata that is no string', file({ __metadata__: { epoch: 3 } }), /'epoch'/],
  ]
  for (const [name, bytes, reason] of hostile)
    test(name, () => {
      assert.throws(
        () => decodeSafetensors(bytes),
        (error: unknown) => error instanceof SafetensorsError && reason.test(error.message),
      )
    })
})

test('what cannot be written is refused', () => {
  assert.throws(() => encodeSafetensors([['a', { shape: [2], data: new Float32Array(3) }]]), SafetensorsError)
  assert.throws(
    () => encodeSafetensors([['__metadata__', { shape: [1], data: new Float32Array(1) }]]),
    SafetensorsError,
  )
})
