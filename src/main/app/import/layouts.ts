import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { SampleLabel, SampleSplit } from '../../store/index.ts'
import {
  ImportError,
  defaultSplit,
  labelOf,
  splitOf,
  type ImportEntry,
  type ImportPlan,
  type ImportProblem,
} from './entries.ts'
import { imagesBelow, isImageName, listFolder, stemOf } from './folders.ts'
import { Groups, readTable } from './manifest.ts'

export interface LayoutOptions {
  /** Label of every image of a flat folder. */
  readonly label?: SampleLabel
  /** Defect type of every image of a flat folder. */
  readonly defectType?: string
  /** Split of every image of a folder without splits. */
  readonly split?: SampleSplit
}

const layouts = `Flawline knows these layouts:
  MVTec AD       train/good, test/good, test/<defect type>, ground_truth/<defect type>/<name>_mask.png
  two folders    good/ and defect/ (with one folder a defect type in it, if you like)
  flat folder    images side by side, with --label good, defect or unlabelled
  CSV            a table with the columns file,label and, if you like, defect_type,split,mask,group`

/**
 * Finds out how the images in a folder (or CSV table) are laid out and lists them, without reading any image.
 *
 * @throws ImportError `missing`, `unknown-layout` (naming the layouts there are), `empty`, `bad-table`
 */
export async function planImport(source: string, options: LayoutOptions = {}): Promise<ImportPlan> {
  const path = resolve(source)
  const status = await stat(path).catch(() => undefined)
  if (status === undefined) throw new ImportError('missing', `There is no folder or table ${path}.`)
  const plan = status.isDirectory() ? await planFolder(path, options) : await planFile(path, options)
  if (plan.entries.length === 0 && plan.problems.length === 0) {
    throw new ImportError('empty', `There are no images in ${path} (PNG, JPEG, TIFF, WebP or BMP).`)
  }
  const shared = groupsInBoth(plan.entries)
  const leak = `${shared.length} ${shared.length === 1 ? 'part is' : 'parts are'} in both train and test (${shared.slice(0, 5).join(', ')}), which makes results look better than they are.`
  return shared.length === 0 ? plan : { ...plan, notes: [...plan.notes, leak] }
}

async function planFolder(folder: string, options: LayoutOptions): Promise<ImportPlan> {
  const { folders, images } = await listFolder(folder)
  const tables = (await readdir(folder)).filter((name) => extname(name).toLowerCase() === '.csv')
  const groups = await Groups.read(folder, tables)
  const found = (name: string): string | undefined => folders.find((other) => other.toLowerCase() === name)
  if (options.label !== undefined) return planFlat(folder, options, options.label, groups)
  const train = found('train')
  if (train !== undefined && (await hasGoodFolder(join(folder, train))))
    return planMvtec(folder, folders, groups)
  if (folders.some((name) => labelOf(name) === 'good'))
    return planTwoFolders(folder, folders, options, groups)
  const [table, ...others] = tables
  if (table !== undefined && others.length === 0) {
    const { columns } = await readTable(join(folder, table))
    if (columns.includes('file') && columns.includes('label')) return planTable(join(folder, table))
  }
  if (images.length > 0) {
    throw new ImportError(
      'unknown-layout',
      `The images in ${folder} carry no label. Say what they are with --label good, --label defect or --label unlabelled.\n${layouts}`,
    )
  }
  throw new ImportError('unknown-layout', `The layout of ${folder} is not known.\n${layouts}`)
}

async function planFile(path: string, options: LayoutOptions): Promise<ImportPlan> {
  if (extname(path).toLowerCase() === '.csv') return planTable(path)
  if (isImageName(basename(path)) && options.label !== undefined) {
    const { label, defectType, split } = options
    const entry: ImportEntry = {
      file: path,
      label,
      defectType: label === 'defect' ? (defectType ?? null) : null,
      split: split ?? defaultSplit(label),
      groupKey: null,
      maskFile: null,
    }
    return { layout: 'flat', entries: [entry], problems: [], notes: [] }
  }
  throw new ImportError('unknown-layout', `${path} is neither a folder nor a CSV table.\n${layouts}`)
}

async function hasGoodFolder(folder: string): Promise<boolean> {
  return (await listFolder(folder)).folders.some((name) => labelOf(name) === 'good')
}

/** MVTec AD (Bergmann et al., CVPR 2019); a `validation/` folder as in MVTec LOCO is taken too. */
async function planMvtec(root: string, folders: readonly string[], groups: Groups): Promise<ImportPlan> {
  const entries: ImportEntry[] = []
  const truth = folders.find((name) => name.toLowerCase() === 'ground_truth')
  let withoutMask = 0
  for (const splitName of folders) {
    const split = splitOf(splitName)
    if (split === undefined) continue
    for (const type of (await listFolder(join(root, splitName))).folders) {
      const label = labelOf(type) === 'good' ? 'good' : 'defect'
      const masks =
        truth === undefined || label === 'good' ? new Map() : await masksOf(join(root, truth, type))
      for (const file of await imagesBelow(join(root, splitName, type))) {
        const maskFile: string | null = masks.get(stemOf(file)) ?? null
        if (label === 'defect' && truth !== undefined && maskFile === null) withoutMask++
        const defectType = label === 'defect' ? type : null
        entries.push({ file, label, defectType, split, groupKey: groups.of(file), maskFile })
      }
    }
  }
  const images = withoutMask === 1 ? 'image has' : 'images have'
  const notes = withoutMask === 0 ? [] : [`${withoutMask} defect ${images} no mask in ground_truth.`]
  return { layout: 'mvtec', entries, problems: [], notes }
}

/** Masks of a defect type by the stem of their image: `007_mask.png` or `007.png` belong to `007.jpg`. */
async function masksOf(folder: string): Promise<Map<string, string>> {
  const files = (await listFolder(folder)).images.map((name) => join(folder, name))
  const masks = new Map(files.map((file) => [stemOf(file), file]))
  for (const file of files) {
    const stem = stemOf(file)
    if (stem.endsWith('_mask')) masks.set(stem.slice(0, -'_mask'.length), file)
  }
  return masks
}

async function planTwoFolders(
  root: string,
  folders: readonly string[],
  options: LayoutOptions,
  groups: Groups,
): Promise<ImportPlan> {
  const entries: ImportEntry[] = []
  const notes: string[] = []
  const hasDefects = folders.some((name) => labelOf(name) === 'defect')
  for (const name of folders) {
    const label = labelOf(name)
    if (label === undefined) {
      notes.push(`The folder ${name} was left out: it is named neither good, defect nor unlabelled.`)
      continue
    }
    // Without defects there is nothing to test against, and every good image is worth learning from.
    const split = options.split ?? (label === 'good' && hasDefects ? 'automatic' : defaultSplit(label))
    for (const file of await imagesBelow(join(root, name))) {
      const above = dirname(file)
      const defectType = label === 'defect' && above !== join(root, name) ? basename(above) : null
      entries.push({ file, label, defectType, split, groupKey: groups.of(file), maskFile: null })
    }
  }
  return { layout: 'labelled-folders', entries, problems: [], notes }
}

async function planFlat(
  root: string,
  options: LayoutOptions,
  label: SampleLabel,
  groups: Groups,
): Promise<ImportPlan> {
  const defectType = label === 'defect' ? (options.defectType ?? null) : null
  const split = options.split ?? defaultSplit(label)
  const files = await imagesBelow(root)
  const entries = files.map((file): ImportEntry => ({
    file,
    label,
    defectType,
    split,
    groupKey: groups.of(file),
    maskFile: null,
  }))
  return { layout: 'flat', entries, problems: [], notes: [] }
}

/** A table of images; paths are relative to the table's folder. A wrong line is reported and left out. */
async function planTable(table: string): Promise<ImportPlan> {
  const { columns, rows } = await readTable(table)
  for (const column of ['file', 'label']) {
    if (!columns.includes(column)) {
      throw new ImportError(
        'bad-table',
        `The table ${table} has no column "${column}" (it has ${columns.join(', ')}).\n${layouts}`,
      )
    }
  }
  const entries: ImportEntry[] = []
  const problems: ImportProblem[] = []
  for (const { line, cells } of rows) {
    const cell = (name: string): string => cells[name] ?? ''
    const label = labelOf(cell('label'))
    const split = cell('split') === '' ? undefined : splitOf(cell('split'))
    const at = `${table}, line ${line}`
    if (cell('file') === '') {
      problems.push({ file: at, reason: 'names no file' })
    } else if (label === undefined) {
      problems.push({ file: at, reason: `label "${cell('label')}" is none of good, defect, unlabelled` })
    } else if (split === undefined && cell('split') !== '') {
      problems.push({ file: at, reason: `split "${cell('split')}" is none of train, validation, test` })
    } else {
      const place = (name: string): string => resolve(dirname(table), name)
      entries.push({
        file: place(cell('file')),
        label,
        defectType: label === 'defect' && cell('defect_type') !== '' ? cell('defect_type') : null,
        split: split ?? defaultSplit(label),
        groupKey: cell('group') === '' ? null : cell('group'),
        maskFile: cell('mask') === '' ? null : place(cell('mask')),
      })
    }
  }
  return { layout: 'csv', entries, problems, notes: [] }
}

function groupsInBoth(entries: readonly ImportEntry[]): string[] {
  const test = new Set(entries.filter((entry) => entry.split === 'test').map((entry) => entry.groupKey))
  const learned = entries.filter((entry) => entry.split !== 'test' && entry.split !== 'automatic')
  const shared = new Set<string>()
  for (const { groupKey } of learned) if (groupKey !== null && test.has(groupKey)) shared.add(groupKey)
  return [...shared].sort()
}
