import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { ImportError } from '../../../src/main/app/import/entries.ts'
import { planImport } from '../../../src/main/app/import/layouts.ts'
import { temporaryFolder } from '../store/support.ts'
import { layOut } from './pictures.ts'

const fails = (problem: ImportError['problem'], text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ImportError, String(error))
  assert.equal(error.problem, problem)
  assert.match(error.message, text)
  return true
}

/** The plan's entries as lines: file, split, label, type, group, mask. */
async function lines(root: string, source = root, options = {}): Promise<string[]> {
  const { entries } = await planImport(source, options)
  return entries.map((entry) =>
    [
      relative(root, entry.file),
      entry.split,
      entry.label,
      entry.defectType ?? '-',
      entry.groupKey ?? '-',
      entry.maskFile === null ? '-' : relative(root, entry.maskFile),
    ].join(' '),
  )
}

test('MVTec AD: labels, types and splits from the folders, masks from ground_truth', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, {
    'train/good/000.png': '',
    'train/good/10.png': '',
    'train/good/9.png': '',
    'train/good/._000.png': '',
    'train/good/notes.txt': '',
    'validation/good/000.png': '',
    'test/good/000.png': '',
    'test/crack/000.JPG': '',
    'test/crack/001.png': '',
    'test/crack/002.png': '',
    'ground_truth/crack/000_mask.png': '',
    'ground_truth/crack/001.png': '',
  })
  assert.deepEqual(await lines(root), [
    'test/crack/000.JPG test defect crack - ground_truth/crack/000_mask.png',
    'test/crack/001.png test defect crack - ground_truth/crack/001.png',
    'test/crack/002.png test defect crack - -',
    'test/good/000.png test good - - -',
    'train/good/000.png train good - - -',
    'train/good/9.png train good - - -',
    'train/good/10.png train good - - -',
    'validation/good/000.png validation good - - -',
  ])
  const { layout, notes } = await planImport(root)
  assert.equal(layout, 'mvtec')
  assert.deepEqual(notes, ['1 defect image has no mask in ground_truth.'])
})

test('manifest.csv gives the physical parts; a part in both train and test is pointed out', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, {
    'manifest.csv':
      '\ufeffpath,source_path,Tile_Group\ntrain/good/0.png,x,62\n./train\\good\\1.png,y,7\ntest/good/0.png,z,62\n',
    'train/good/0.png': '',
    'train/good/1.png': '',
    'train/good/2.png': '',
    'test/good/0.png': '',
  })
  assert.deepEqual(await lines(root), [
    'test/good/0.png test good - 62 -',
    'train/good/0.png train good - 62 -',
    'train/good/1.png train good - 7 -',
    'train/good/2.png train good - - -',
  ])
  const { notes } = await planImport(root)
  assert.equal(notes.length, 1)
  assert.match(notes[0] ?? '', /^1 part is in both train and test \(62\)/)
})

test('good/ and defect/: types from inner folders, strange folders are named', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, {
    'OK/a.png': '',
    'defect/b.png': '',
    'defect/scratch/c.png': '',
    'unlabelled/d.png': '',
    'misc/e.png': '',
  })
  assert.deepEqual(await lines(root), [
    'defect/b.png test defect - - -',
    'defect/scratch/c.png test defect scratch - -',
    'OK/a.png automatic good - - -',
    'unlabelled/d.png test unlabelled - - -',
  ])
  const { layout, notes } = await planImport(root)
  assert.equal(layout, 'labelled-folders')
  assert.match(notes[0] ?? '', /folder misc was left out/)
  assert.match((await lines(root, root, { split: 'train' }))[2] ?? '', /^OK\/a.png train good/)
})

test('good/ alone is all for training', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, { 'good/a.png': '' })
  assert.deepEqual(await lines(root), ['good/a.png train good - - -'])
})

test('a flat folder takes its label from the caller, folders in it included', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, { 'a.png': '', 'day 2/b.tiff': '', 'manifest.csv': 'file,part\nday 2/b.tiff,p1' })
  assert.deepEqual(await lines(root, root, { label: 'good' }), [
    'a.png train good - - -',
    'day 2/b.tiff train good - p1 -',
  ])
  assert.deepEqual(await lines(root, root, { label: 'defect', defectType: 'dent' }), [
    'a.png test defect dent - -',
    'day 2/b.tiff test defect dent p1 -',
  ])
  await assert.rejects(planImport(root), fails('unknown-layout', /carry no label.*--label good[^]*MVTec AD/))
})

test('a CSV: all its columns, semicolons, and wrong lines by their number', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, {
    'table.csv':
      'File;Label;defect_type;split;mask;group\n' +
      'a.png;good;;;;p1\n' +
      '"b;b.png";Defect;crack;test;m.png;\n' +
      'c.png;good;;val;;\n' +
      'd.png;broken;;;;\n' +
      '\n' +
      'e.png;good;;sometimes;;\n' +
      ';good;;;;\n',
  })
  const table = join(root, 'table.csv')
  const expected = [
    'a.png train good - p1 -',
    'b;b.png test defect crack - m.png',
    'c.png validation good - - -',
  ]
  assert.deepEqual(await lines(root, table), expected)
  assert.deepEqual(await lines(root, root), expected, 'a folder with one such table and no other layout')
  const { problems } = await planImport(table)
  assert.deepEqual(problems, [
    { file: `${table}, line 5`, reason: 'label "broken" is none of good, defect, unlabelled' },
    { file: `${table}, line 7`, reason: 'split "sometimes" is none of train, validation, test' },
    { file: `${table}, line 8`, reason: 'names no file' },
  ])
})

test('a table without the needed columns, or no table at all, says so', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, { 'a.csv': 'name,label\nx,good\n', 'b.csv': 'file,label\n"x,good\n', 'c.txt': 'x' })
  await assert.rejects(
    planImport(join(root, 'a.csv')),
    fails('bad-table', /no column "file" \(it has name, label\)/),
  )
  await assert.rejects(planImport(join(root, 'b.csv')), fails('bad-table', /b\.csv is not a proper CSV file/))
  await assert.rejects(
    planImport(join(root, 'c.txt')),
    fails('unknown-layout', /neither a folder nor a CSV table/),
  )
})

test('an unknown layout names the layouts there are; an empty or missing folder says so', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, { 'left/a.png': '', 'empty/good/readme.txt': '' })
  await assert.rejects(
    planImport(root),
    fails(
      'unknown-layout',
      /layout of .* is not known[^]*train\/good[^]*good\/ and defect\/[^]*--label[^]*file,label/,
    ),
  )
  await assert.rejects(planImport(join(root, 'empty')), fails('empty', /no images/))
  await assert.rejects(planImport(join(root, 'nowhere')), fails('missing', /nowhere/))
})

test('links are followed, and a circle of them ends', async (t) => {
  const root = temporaryFolder(t)
  await layOut(root, { 'pool/a.png': '' })
  const set = join(root, 'set')
  mkdirSync(set)
  symlinkSync(join(root, 'pool'), join(set, 'good'))
  assert.deepEqual(await lines(set), ['good/a.png train good - - -'])
  symlinkSync(join(root, 'pool'), join(root, 'pool/again'))
  assert.ok((await lines(set)).length < 20)
})
