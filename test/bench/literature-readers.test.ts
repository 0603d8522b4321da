/** The original formats of MNIST and CIFAR-10, whole and damaged. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readDataSet } from '../../bench/literature/data-sets.ts'
import { bytesOf, DataSetError, rasterOf } from '../../bench/literature/images.ts'
import { PictureFiles } from '../../bench/literature/picture-files.ts'
import { decodeImage } from '../../src/main/imaging/decode.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-readers-'))
})
after(() => rm(folder, { recursive: true, force: true }))

function idx(shape: readonly number[], data: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.set([0, 0, 8, shape.length])
  shape.forEach((length, index) => header.writeUInt32BE(length, 4 + 4 * index))
  return Buffer.concat([header, Buffer.from(data)])
}

const trainImages = idx([2, 2, 3], [0, 1, 2, 3, 4, 5, 255, 254, 253, 252, 251, 250])
const testImages = idx([1, 2, 3], [9, 8, 7, 6, 5, 4])

/** A folder with the four files of MNIST, some of them changed. */
async function mnist(name: string, changes: Readonly<Record<string, Buffer>> = {}): Promise<string> {
  const files: Record<string, Buffer> = {
    'train-images-idx3-ubyte.gz': gzipSync(trainImages),
    'train-labels-idx1-ubyte.gz': gzipSync(idx([2], [7, 3])),
    't10k-images-idx3-ubyte': testImages,
    't10k-labels.idx1-ubyte': idx([1], [5]),
    ...changes,
  }
  const parent = path.join(folder, name)
  await mkdir(path.join(parent, 'mnist'), { recursive: true })
  for (const [file, bytes] of Object.entries(files)) await writeFile(path.join(parent, 'mnist', file), bytes)
  return parent
}

/** A CIFAR-10 record whose planes are all red, all green and all blue, but for the first pixel's red. */
function record(label: number, red: number, green: number, blue: number): Buffer {
  const bytes = Buffer.alloc(3073)
  bytes[0] = label
  bytes.fill(red, 1, 1025).fill(green, 1025, 2049).fill(blue, 2049)
  bytes[1] = 99
  return bytes
}

async function cifar(name: string, files: Readonly<Record<string, Buffer>>): Promise<string> {
  const parent = path.join(folder, name)
  await mkdir(parent)
  for (const [file, bytes] of Object.entries(files)) await writeFile(path.join(parent, file), bytes)
  return parent
}

describe('MNIST', () => {
  test('packed or not, training images first, then test images', async () => {
    const images = await readDataSet('mnist', await mnist('whole'))
    assert.deepEqual([images.width, images.height, images.channels], [3, 2, 1])
    assert.deepEqual([...images.labels], [7, 3, 5])
    assert.deepEqual([...bytesOf(images, 1)], [255, 254, 253, 252, 251, 250])
    assert.deepEqual([...bytesOf(images, 2)], [9, 8, 7, 6, 5, 4])
  })

  test('the folder itself may be given', async () => {
    const parent = await mnist('itself')
    assert.equal((await readDataSet('mnist', path.join(parent, 'mnist'))).labels.length, 3)
  })

  const damaged: readonly [string, Record<string, Buffer>, RegExp][] = [
    [
      'a packed file that is cut short',
      { 'train-images-idx3-ubyte.gz': gzipSync(trainImages).subarray(0, 20) },
      /train-images-idx3-ubyte\.gz is damaged or cut short/,
    ],
    [
      'an unpacked file that is cut short',
      { 't10k-images-idx3-ubyte': testImages.subarray(0, -1) },
      /t10k-images-idx3-ubyte holds 5 bytes of data, its header says 1 × 2 × 3 = 6/,
    ],
    [
      'a file that ends within its header',
      { 't10k-images-idx3-ubyte': testImages.subarray(0, 9) },
      /t10k-images-idx3-ubyte is cut short within its header/,
    ],
    ['an empty file', { 't10k-images-idx3-ubyte': Buffer.alloc(0) }, /is not an IDX file/],
    ['another format', { 't10k-images-idx3-ubyte': Buffer.from('<html></html>') }, /is not an IDX file/],
    [
      'labels that are not as many as images',
      { 'train-labels-idx1-ubyte.gz': gzipSync(idx([3], [1, 2, 3])) },
      /holds 2 images, .*train-labels-idx1-ubyte\.gz 3 labels/,
    ],
    [
      'images of another size in the second file',
      { 't10k-images-idx3-ubyte': idx([1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]) },
      /images of different sizes/,
    ],
  ]
  for (const [index, [title, changes, message]] of damaged.entries())
    test(`${title} is told`, async () => {
      const parent = await mnist(`damaged${index}`, changes)
      await assert.rejects(readDataSet('mnist', parent), (error) => {
        assert.ok(error instanceof DataSetError)
        assert.match(error.message, message)
        return true
      })
    })

  test('a missing file and a missing folder are told', async () => {
    const parent = await mnist('missing')
    await rm(path.join(parent, 'mnist', 't10k-labels.idx1-ubyte'))
    await assert.rejects(readDataSet('mnist', parent), /lacks t10k-labels-idx1-ubyte/)
    await assert.rejects(readDataSet('mnist', path.join(folder, 'nowhere')), /no folder .*nowhere.*--data/)
  })
})

describe('CIFAR-10', () => {
  test('planes become pixels; batches come in their order, the test batch last', async () => {
    const parent = await cifar('batches', {
      'test_batch.bin': record(9, 1, 2, 3),
      'data_batch_2.bin': Buffer.concat([record(4, 10, 20, 30), record(0, 40, 50, 60)]),
    })
    const images = await readDataSet('cifar-10', parent)
    assert.deepEqual([...images.labels], [4, 0, 9])
    assert.deepEqual([...bytesOf(images, 0).subarray(0, 6)], [99, 20, 30, 10, 20, 30])
    assert.deepEqual([...bytesOf(images, 2).subarray(-3)], [1, 2, 3])
  })

  test('a batch that is cut short, a label that is none and a folder without batches are told', async () => {
    const short = await cifar('short', { 'data_batch_1.bin': record(1, 1, 1, 1).subarray(0, 3000) })
    await assert.rejects(readDataSet('cifar-10', short), /data_batch_1\.bin holds 3000 bytes.*cut short/)
    const wrong = await cifar('wrong', { 'data_batch_1.bin': record(10, 1, 1, 1) })
    await assert.rejects(readDataSet('cifar-10', wrong), /record 0 has the label 10/)
    const empty = await cifar('empty', {})
    await assert.rejects(readDataSet('cifar-10', empty), /none of CIFAR-10's binary batches/)
  })
})

test('the trainer decodes exactly what the test images are scored by', async () => {
  const pictures = path.join(folder, 'pictures')
  await mkdir(pictures)
  const grey = await readDataSet('mnist', await mnist('grey'))
  const [, file] = await new PictureFiles(grey, pictures).filesOf([0, 1])
  assert.deepEqual(await decodeImage(file, { channels: 1 }), rasterOf(grey, 1))
  const colour = await readDataSet(
    'cifar-10',
    await cifar('colour', { 'data_batch_1.bin': record(1, 7, 77, 177) }),
  )
  const [colourFile] = await new PictureFiles(colour, pictures).filesOf([0])
  assert.deepEqual(await decodeImage(colourFile, { channels: 3 }), rasterOf(colour, 0))
})
