import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { csvLine } from '../../../src/main/app/csv.ts'
import { collectImages, NoImagesError } from '../../../src/main/app/files.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'flawline-'))
  for (const file of ['a/1.png', 'a/1.jpg', 'a/deep/1.png', 'b/1.PNG', 'b/notes.txt', 'a/out/1.png']) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
    await writeFile(path.join(folder, file), '')
  }
})
after(() => rm(folder, { recursive: true }))

const namesOf = async (paths: readonly string[], except?: string) =>
  (
    await collectImages(
      paths.map((one) => path.join(folder, one)),
      except === undefined ? undefined : path.join(folder, except),
    )
  ).map(({ file, name }) => `${path.relative(folder, file)} as ${name}`)

test('folders are looked through to the bottom, each image once and with a name of its own', async () => {
  assert.deepEqual(await namesOf(['a', 'b', 'a/deep', 'a/1.png'], 'a/out'), [
    'a/1.jpg as 1',
    'a/1.png as 1-2',
    'a/deep/1.png as deep/1',
    'b/1.PNG as 1-3',
  ])
})

test('a file that was named is kept, whatever it is', async () => {
  assert.deepEqual(await namesOf(['b/notes.txt', 'nowhere.png']), [
    'b/notes.txt as notes',
    'nowhere.png as nowhere',
  ])
})

test('nothing to inspect is an error, also when the pictures were to go into the very folder', async () => {
  await mkdir(path.join(folder, 'nothing'), { recursive: true })
  await assert.rejects(namesOf(['nothing']), NoImagesError)
  await assert.rejects(namesOf(['a'], 'a'), /cannot go into .*a, the folder that is inspected/)
})

test('CSV lines are quoted where they must be, and texts cannot act as formulas', () => {
  assert.equal(csvLine(['a', 1.5, null, Number.NaN]), 'a,1.5,,\r\n')
  assert.equal(csvLine(['a,b', 'say "x"', 'two\nlines']), '"a,b","say ""x""","two\nlines"\r\n')
  assert.equal(csvLine(['=1+1', '-x', -1]), "'=1+1,'-x,-1\r\n")
})
