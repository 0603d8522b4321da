import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { main } from '../../../src/main/cli/main.ts'
import { openStore } from '../../../src/main/store/index.ts'
import { Workplace } from './support/command.ts'

let place: Workplace
before(async () => {
  place = await Workplace.make()
})
after(() => place.remove())

/** Runs a command in this process: quick, for what needs no other. */
async function run(...words: readonly string[]) {
  let stdout = ''
  const stderr = new PassThrough()
  // A later --data wins.
  const code = await main(['--data', place.data, ...words], {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr,
  })
  return { code, stdout, stderr: String(stderr.read() ?? '') }
}

const commands: readonly (readonly string[])[] = [
  [],
  ['project'],
  ['project', 'create'],
  ['project', 'list'],
  ['project', 'delete'],
  ['samples'],
  ['samples', 'import'],
  ['samples', 'list'],
  ['train'],
  ['evaluate'],
  ['inspect'],
  ['history'],
  ['report'],
  ['model'],
  ['model', 'list'],
  ['model', 'export'],
  ['model', 'threshold'],
  ['engines'],
  ['demo'],
]

test('every command has help, with examples, and touches no data folder for it', async () => {
  for (const words of commands) {
    const { code, stdout } = await run(...words, '--help')
    assert.equal(code, 0, words.join(' '))
    assert.match(stdout, new RegExp(`^Usage: flawline ${words.join(' ')}`))
    const isGroup = /^Commands:$/m.test(stdout)
    if (!isGroup || words.length === 0) assert.match(stdout, /^Examples:\n {2}\$ flawline /m, words.join(' '))
    assert.match(stdout, /--data <dir>/)
    assert.match(stdout, /--json/)
  }
  assert(!existsSync(place.data))
})

test('the version is that of the package', async () => {
  const { code, stdout } = await run('--version')
  assert.equal(code, 0)
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
})

test('wrong usage is exit code 2 and says what is wrong', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['inspekt'], /unknown command 'inspekt'[\s\S]*inspect/],
    [['inspect'], /missing required argument|--project/],
    [['inspect', 'x.png'], /--project/],
    [['project', 'create'], /missing required argument 'name'/],
    [['history', '--project', 'x', '--verdict', 'bad'], /Allowed choices are ok, ng/],
    [['history', '--project', 'x', '--since', 'soon'], /"soon" is no moment/],
    [['history', '--project', 'x', '--limit', '-1'], /whole number of at least 0/],
    [['train'], /--project NAME, or --resume RUN/],
    [['train', '--project', 'x', '--family', 'gan'], /Allowed choices are ganomaly/],
    [['train', '--project', 'x', '--size', '7'], /--size/],
    [['train', '--project', 'x', '--size', '48'], /--size.*32, 64, 128 or 256/],
    [['train', '--project', 'x', '--false-alarm-rate', '0.7'], /--false-alarm-rate/],
    [['train', '--resume', 'abcd', '--size', '64'], /keeps its own settings/],
    [['train', '--project', 'x', '--nonsense'], /unknown option '--nonsense'/],
    [['model', 'threshold'], /--project NAME, or --model ID/],
    [['model', 'export', '--project', 'x'], /--out/],
    [['model', 'threshold', '--project', 'x', '--set', '1', '--f1'], /cannot be used with/],
  ]
  // Some of these are only found out with a project to look at.
  await run('project', 'create', 'x')
  for (const [words, message] of wrong) {
    const { code, stdout, stderr } = await run(...words)
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`)
    assert.match(stderr, message, words.join(' '))
    assert.equal(stdout, '', words.join(' '))
    assert(!/\n\s+at /.test(stderr), stderr)
  }
})

test('what cannot be done is exit code 1, one line without a stack, and with --json one document', async () => {
  const impossible: readonly (readonly [readonly string[], RegExp])[] = [
    [['history', '--project', 'nothing'], /There is no project "nothing"/],
    [['evaluate', '--project', 'x'], /has no model yet/],
    [['train', '--project', 'x'], /0 good images to train on/],
    [['train', '--resume', 'nosuchrun'], /There is no training run "nosuchrun"/],
    [['model', 'export', '--model', 'nosuch', '--out', 'x.onnx'], /There is no model "nosuch"/],
    [['samples', 'import', '/nowhere/at/all', '--project', 'x'], /no folder or table \/nowhere\/at\/all/],
  ]
  await run('project', 'create', 'x')
  for (const [words, message] of impossible) {
    const plain = await run(...words)
    assert.equal(plain.code, 1, words.join(' '))
    assert.match(plain.stderr, message)
    assert.match(plain.stderr, /^flawline: .*\n$/)
    assert.equal(plain.stdout, '')
    const json = await run(...words, '--json')
    assert.equal(json.code, 1)
    assert.match((JSON.parse(json.stdout) as { error: string }).error, message)
  }
})

test('a data folder that cannot be is an error that names it', async () => {
  const file = path.join(place.folder, 'a-file')
  await writeFile(file, '')
  const { code, stderr } = await run('project', 'list', '--data', path.join(file, 'inside'))
  assert.equal(code, 1)
  assert(stderr.startsWith('flawline: ') && stderr.includes(file), stderr)
})

test('a pipe that closes early is harmless', async () => {
  const store = openStore(place.data)
  // More than fits into a pipe.
  store.transaction(() => {
    for (let index = 0; index < 1000; index++) store.projects.create({ name: `${index} ${'x'.repeat(70)}` })
  })
  store.close()
  const program = fileURLToPath(new URL('../../../src/main/cli/index.ts', import.meta.url))
  const child = spawn(process.execPath, [program, 'project', 'list', '--data', place.data], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  child.stdout.destroy()
  const [code] = (await once(child, 'close')) as [number]
  assert.equal(stderr, '')
  assert.equal(code, 0)
})
