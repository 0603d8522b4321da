/** The layer rule catches what it is there to catch: a rule that nothing can break guards nothing. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const root = path.resolve(import.meta.dirname, '..')
const run = promisify(execFile)

interface Report {
  summary: { violations: { rule: { name: string }; from: string; to: string }[] }
}

/** Cruises a small tree of its own with the project's rules and gives the violations as `rule: from -> to`. */
async function cruise(files: Record<string, string>): Promise<string[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-layers-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
      await writeFile(path.join(folder, file), text)
    }
    await cp(path.join(root, 'tsconfig.json'), path.join(folder, 'tsconfig.json'))
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
    const command = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
    const config = path.join(root, '.dependency-cruiser.cjs')
    const { stdout } = await run(
      process.execPath,
      [command, '--config', config, '--output-type', 'json', 'src'],
      { cwd: folder, maxBuffer: 1 << 26 },
    )
    const { summary } = JSON.parse(stdout) as Report
    return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('imports that go up, across or around the layers are caught, and proper ones are not', async () => {
  const violations = await cruise({
    'src/main/store/history.ts': "import 'better-sqlite3'\nexport const history = 1\n",
    'src/main/app/inspect.ts': "export { history } from '../store/history.ts'\nimport 'better-sqlite3'\n",
    'src/main/cli/index.ts': "import '../app/inspect.ts'\nimport '../station/server.ts'\n",
    'src/main/station/server.ts': 'export {}\n',
    'src/main/imaging/decode.ts':
      "import { history } from '../store/history.ts'\nexport const two = history * 2\n",
    'src/main/nn/graph.ts': "import type { Job } from '../models/job.ts'\nexport type Two = [Job, Job]\n",
    'src/main/models/job.ts': "import '../imaging/decode.ts'\nexport interface Job { name: string }\n",
    'src/main/models/runtime.ts': "import 'onnxruntime-node'\n",
    'src/main/models/other.ts': "import 'onnxruntime-node'\n",
    'src/main/models/optional.ts': "import '@tensorflow/not-installed-here'\n",
    'src/main/compute/entry.ts':
      "import '../app/inspect.ts'\nimport type { App } from 'electron'\nexport type { App }\n",
    'src/main/desktop/window.ts': "import type { App } from 'electron'\nexport type { App }\n",
    'src/renderer/page.vue':
      '<script setup lang="ts">\nimport \'../main/imaging/decode.ts\'\n</script>\n<template><p /></template>\n',
    'src/contract/words.ts': "import '../main/store/history.ts'\n",
    'src/main/evaluation/a.ts': "import { b } from './b.ts'\nexport const a: unknown = b\n",
    'src/main/evaluation/b.ts': "import { a } from './a.ts'\nexport const b: unknown = a\n",
  })

  const broken = new Set(violations.map((line) => line.replace(/ -> .*node_modules\//, ' -> ')))
  for (const expected of [
    'layer-src-main-imaging-: src/main/imaging/decode.ts -> src/main/store/history.ts',
    'layer-src-main-nn-: src/main/nn/graph.ts -> src/main/models/job.ts',
    'layer-src-main-compute-: src/main/compute/entry.ts -> src/main/app/inspect.ts',
    'layer-src-main-cli-: src/main/cli/index.ts -> src/main/station/server.ts',
    'layer-src-renderer-: src/renderer/page.vue -> src/main/imaging/decode.ts',
    'layer-src-contract-: src/contract/words.ts -> src/main/store/history.ts',
  ]) {
    assert.ok(broken.has(expected), `not caught: ${expected}\nfound:\n${[...broken].join('\n')}`)
  }
  for (const [rule, file] of [
    ['database-stays-in-the-store', 'src/main/app/inspect.ts'],
    ['tensor-libraries-stay-in-the-engines', 'src/main/models/other.ts'],
    ['tensor-libraries-stay-in-the-engines', 'src/main/models/optional.ts'],
    ['electron-stays-in-its-shell', 'src/main/compute/entry.ts'],
    ['no-cycles', 'src/main/evaluation/a.ts'],
  ] as const) {
    assert.ok(
      [...broken].some((line) => line.startsWith(`${rule}: ${file}`)),
      `not caught: ${rule} in ${file}\n${[...broken].join('\n')}`,
    )
  }
  for (const file of [
    'src/main/models/runtime.ts',
    'src/main/desktop/window.ts',
    'src/main/store/history.ts',
  ]) {
    assert.ok(![...broken].some((line) => line.includes(`: ${file} ->`)), `caught without reason: ${file}`)
  }
})
