import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { Workplace } from './support/command.ts'
import { quick, writeParts } from './support/parts.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const bundle = path.join(root, 'out/main/cli.js')

/** Why the built program cannot be tested, or false. */
function reasonToSkip(): string | false {
  if (!existsSync(bundle)) return 'not built: npm run build'
  const sources = readdirSync(path.join(root, 'src/main'), { recursive: true, encoding: 'utf8' })
  const newest = Math.max(...sources.map((name) => statSync(path.join(root, 'src/main', name)).mtimeMs))
  return statSync(bundle).mtimeMs < newest && 'built before the sources changed: npm run build'
}

test('the built program does the whole job', { skip: reasonToSkip() }, async () => {
  const place = await Workplace.make(bundle)
  try {
    const parts = path.join(place.folder, 'parts')
    await writeParts(parts)
    await place.json('project', 'create', 'stripes')
    await place.json('samples', 'import', parts, '--project', 'stripes')
    await place.json('train', '--project', 'stripes', ...quick, '--epochs', '1')
    const evaluated = z
      .object({ pictures: z.record(z.string(), z.string()) })
      .parse(await place.json('evaluate', '--project', 'stripes'))
    for (const file of Object.values(evaluated.pictures)) assert(existsSync(file))
    const inspected = await place.run('inspect', path.join(parts, 'test'), '--project', 'stripes')
    assert(inspected.code === 0 || inspected.code === 3, inspected.stderr)
    for (const extension of ['pdf', 'html', 'csv']) {
      const out = path.join(place.folder, `report.${extension}`)
      await place.json('report', '--project', 'stripes', '--out', out)
      assert(existsSync(out))
    }
    const help = await place.run('demo', '--help')
    assert.match(help.stdout, /^Usage: flawline demo/)
  } finally {
    await place.remove()
  }
})
