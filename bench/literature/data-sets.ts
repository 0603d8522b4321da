/** The data sets by name, and where their original files are looked for. */
import { access } from 'node:fs/promises'
import path from 'node:path'
import { readCifarBatch } from './cifar.ts'
import { readIdxPair } from './idx.ts'
import { DataSetError, joined, type LabelledImages } from './images.ts'

export const dataSetNames = ['mnist', 'fashion-mnist', 'cifar-10'] as const
export type DataSetName = (typeof dataSetNames)[number]

interface DataSet {
  readonly title: string
  /** Names of the classes by their number. */
  readonly classes: readonly string[]
  /** Folders within the data folder; the data folder itself comes last. */
  readonly folders: readonly string[]
  read(folder: string): Promise<LabelledImages>
}

const cifarFiles = [...[1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), 'test_batch.bin'] as const

export const dataSets: Readonly<Record<DataSetName, DataSet>> = {
  mnist: {
    title: 'MNIST',
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    folders: ['mnist'],
    read: readIdxFolder,
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    classes: [
      't-shirt',
      'trouser',
      'pullover',
      'dress',
      'coat',
      'sandal',
      'shirt',
      'sneaker',
      'bag',
      'ankle boot',
    ],
    folders: ['fashion-mnist'],
    read: readIdxFolder,
  },
  'cifar-10': {
    title: 'CIFAR-10',
    classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    folders: ['cifar-10-batches-bin', 'cifar-10', 'cifar-10-4k'],
    read: readCifarFolder,
  },
}

/**
 * Reads all images of a data set, those of its published training and test files together: the protocol splits anew.
 *
 * @param dataFolder holds the set's files, or a folder named after it that does
 * @throws DataSetError when they are not there or damaged
 */
export async function readDataSet(name: DataSetName, dataFolder: string): Promise<LabelledImages> {
  const { folders, read, title } = dataSets[name]
  for (const folder of folders)
    if (await exists(path.join(dataFolder, folder))) return read(path.join(dataFolder, folder))
  if (await exists(dataFolder)) return read(dataFolder)
  throw new DataSetError(`There is no folder ${dataFolder}; give the one that holds ${title} with --data`)
}

async function readIdxFolder(folder: string): Promise<LabelledImages> {
  const parts: LabelledImages[] = []
  for (const part of ['train', 't10k'])
    parts.push(
      await readIdxPair(
        await idxFile(folder, `${part}-images`, 'idx3-ubyte'),
        await idxFile(folder, `${part}-labels`, 'idx1-ubyte'),
      ),
    )
  return joined(parts, folder)
}

/** Both spellings are about, each packed or not. */
async function idxFile(folder: string, start: string, end: string): Promise<string> {
  for (const name of [`${start}-${end}.gz`, `${start}-${end}`, `${start}.${end}.gz`, `${start}.${end}`])
    if (await exists(path.join(folder, name))) return path.join(folder, name)
  throw new DataSetError(`${folder} lacks ${start}-${end} (or ${start}-${end}.gz)`)
}

/** As many batches as there are: a part of the set will do. */
async function readCifarFolder(folder: string): Promise<LabelledImages> {
  const parts: LabelledImages[] = []
  for (const name of cifarFiles)
    if (await exists(path.join(folder, name))) parts.push(await readCifarBatch(path.join(folder, name)))
  if (parts.length === 0)
    throw new DataSetError(`${folder} holds none of CIFAR-10's binary batches (${cifarFiles.join(', ')})`)
  return joined(parts, folder)
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}
