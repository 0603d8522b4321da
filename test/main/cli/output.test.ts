import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { defaultDataFolder } from '../../../src/main/cli/folder.ts'
import { counted, duration, figure, formatTable, Output } from '../../../src/main/cli/output.ts'
import { startProgress } from '../../../src/main/cli/progress.ts'

function newOutput(isJson: boolean) {
  let written = ''
  const stdout = { write: (text: string) => void (written += text) }
  return { output: new Output({ stdout, stderr: new PassThrough() }, isJson), written: () => written }
}

test('with --json there is one document and nothing else', () => {
  const { output, written } = newOutput(true)
  output.line('a line')
  output.table(['a'], [[1]])
  output.json({ value: Number.NaN })
  output.json({ second: true })
  assert.deepEqual(JSON.parse(written()), { value: null })
})

test('without --json there are lines', () => {
  const { output, written } = newOutput(false)
  output.json({ value: 1 })
  output.line('a line')
  assert.equal(written(), 'a line\n')
})

test('tables align, numbers to the right', () => {
  assert.deepEqual(
    formatTable(
      ['name', 'n', 'note'],
      [
        ['a', 5, null],
        ['longer', 1234, 'x'],
      ],
    ),
    ['name       n  note', 'a          5', 'longer  1234  x'],
  )
})

test('numbers are written for people', () => {
  assert.equal(counted(1, 'image'), '1 image')
  assert.equal(counted(0, 'image'), '0 images')
  assert.equal(duration(0.04), '0.0 s')
  assert.equal(duration(1.53), '1.5 s')
  assert.equal(duration(9.96), '10 s')
  assert.equal(duration(99.4), '99 s')
  assert.equal(duration(200), '3 min 20 s')
  assert.equal(duration(3900), '1 h 5 min')
  assert.equal(figure(0.123456), '0.1235')
  assert.equal(figure(0.000012345), '1.234e-5')
  assert.equal(figure(0), '0.000')
  assert.equal(figure(null), '–')
  assert.equal(figure(Number.NaN), '–')
})

test('without a terminal progress is plain lines, the last one always', () => {
  const stderr = new PassThrough()
  const progress = startProgress('Importing', stderr)
  for (let done = 1; done <= 1000; done++) progress.update(done, 1000)
  progress.say('Left out x.png')
  progress.stop()
  const text = String(stderr.read())
  assert.match(text, /^Importing: 1000\/1000$/m)
  assert.match(text, /^Left out x\.png$/m)
  assert(!text.includes('\u001b'))
  assert(text.split('\n').length < 10)
})

test('on a terminal progress is a bar with the time left', () => {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 100, cursorTo: () => true })
  const written: string[] = []
  stderr.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  Object.assign(stderr, { clearLine: () => true, moveCursor: () => true })
  const progress = startProgress('Training', stderr)
  progress.update(1, 60, '12 images/s', 90)
  progress.update(2, 60, '12 images/s', 89)
  progress.stop()
  const text = written.join('')
  assert.match(text, /Training .*░/)
  assert.match(text, /\/60 \| [\d.]+ s left \| 12 images\/s/)
})

test('the data folder is where the platform wants it', () => {
  assert.equal(defaultDataFolder('linux', {}, '/home/a'), '/home/a/.local/share/flawline')
  assert.equal(defaultDataFolder('linux', { XDG_DATA_HOME: '/data' }, '/home/a'), '/data/flawline')
  // The specification says to ignore relative paths.
  assert.equal(
    defaultDataFolder('linux', { XDG_DATA_HOME: 'data' }, '/home/a'),
    '/home/a/.local/share/flawline',
  )
  assert.equal(
    defaultDataFolder('darwin', {}, '/Users/a'),
    '/Users/a/Library/Application Support/Flawline/data',
  )
  assert.equal(
    defaultDataFolder('win32', { APPDATA: 'C:\\Users\\a\\AppData\\Roaming' }, 'C:\\Users\\a'),
    'C:\\Users\\a\\AppData\\Roaming\\Flawline\\data',
  )
  assert.equal(
    defaultDataFolder('win32', {}, 'C:\\Users\\a'),
    'C:\\Users\\a\\AppData\\Roaming\\Flawline\\data',
  )
})
