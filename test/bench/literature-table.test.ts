/** What the literature bench makes of its arguments and results. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, test } from 'node:test'
import { readArguments } from '../../bench/literature/arguments.ts'
import { contendersOf } from '../../bench/literature/contenders.ts'
import { readResult, runName, splitFile, type RunResult } from '../../bench/literature/result.ts'
import { markdown, summarise, type Heading } from '../../bench/literature/table.ts'
import { familyNamed } from '../../src/main/models/families.ts'

const [ganomaly] = contendersOf('ganomaly', {})

function result(number: number, seed: number, auroc: number): RunResult {
  return {
    set: 'cifar-10',
    mode: 'class-abnormal',
    class: number,
    className: ['airplane', 'automobile'][number],
    contender: 'ganomaly',
    seed,
    limit: null,
    config: {},
    images: { train: 10, validation: 3, testNormal: 3, testAbnormal: 4 },
    engine: 'onnx-cpu',
    bestEpoch: 2,
    trainingSeconds: 10 * seed,
    millisecondsAnImage: 0.5,
    scores: {
      latent: { auroc, auprc: auroc / 2 },
      map: { auroc: 0.5, auprc: 0.25 },
      combined: { auroc: 0.75, auprc: 0.125 },
    },
  }
}

const heading: Heading = {
  set: 'cifar-10',
  mode: 'class-abnormal',
  limit: null,
  imagesInSet: 4000,
  seeds: 2,
  command: 'npm run bench:literature -- --set cifar-10 --seeds 2',
}

describe('the table', () => {
  const results = [result(1, 1, 0.9), result(0, 1, 0.6), result(0, 2, 0.8)]
  const text = markdown(heading, [summarise(ganomaly, results)])

  test('has one row a class in their order, mean ± deviation over seeds', () => {
    assert.match(
      text,
      /\n\| 0 airplane \| 2 \| 0\.700 ± 0\.141 \| 0\.350 ± 0\.071 \| 0\.500 ± 0\.000 \| .*\n\| 1 automobile \| 1 \| 0\.900 \| 0\.450 \|/,
    )
  })

  test('ends with the mean of the classes, each counted once', () => {
    assert.match(text, /\n\| mean of the classes \| 3 \| 0\.800 ± 0\.141 \|/)
  })

  test('has as many cells in each row', () => {
    const widths = text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|').length)
    assert.deepEqual(new Set(widths), new Set([10]))
  })

  test('says by which command, and what was used', () => {
    assert.ok(text.includes(heading.command))
    assert.match(text, /4000 images at hand, all used/)
  })

  test('says so when a contender finished no run', () => {
    assert.match(markdown(heading, [summarise(ganomaly, [])]), /## GANomaly\n\nNo finished runs\./)
  })
})

describe('contenders', () => {
  test('every family has settings that its schema takes', () => {
    for (const name of ['ganomaly', 'skip-ganomaly', 'egbad', 'f-anogan', 'anogan'])
      for (const { settings, family } of contendersOf(name, { epochs: 2 }))
        assert.deepEqual(
          { ...familyNamed(family).schema.parse(settings), ...settings },
          familyNamed(family).schema.parse(settings),
        )
  })

  test('EGBAD comes with both generator losses and both scores', () => {
    const pairs = contendersOf('egbad', {}).map(
      ({ settings }) => `${settings.generatorLoss}/${settings.score}`,
    )
    assert.equal(new Set(pairs).size, 4)
    assert.equal(new Set(contendersOf('egbad', {}).map(({ id }) => id)).size, 4)
  })
})

describe('a run is known by its file', () => {
  const key = {
    set: 'mnist',
    contender: ganomaly,
    protocol: { mode: 'one-class', class: 4, seed: 2, limit: null },
    imagesInSet: 70_000,
  } as const

  test('other settings, limits and seeds have other names; the order of settings has not', () => {
    const [shorter] = contendersOf('ganomaly', { epochs: 1 })
    const names = [
      key,
      { ...key, contender: shorter },
      { ...key, protocol: { ...key.protocol, limit: 100 } },
      { ...key, protocol: { ...key.protocol, seed: 3 } },
      { ...key, imagesInSet: 10_000 },
    ].map(runName)
    assert.equal(new Set(names).size, names.length)
    const turned = Object.fromEntries(Object.entries(ganomaly.settings).reverse())
    assert.equal(runName({ ...key, contender: { ...ganomaly, settings: turned } }), names[0])
    assert.equal(splitFile('mnist', key.protocol, 70_000), 'mnist_one-class_4_seed2_70000of70000.json')
  })

  test('a result is read back, a missing one is null, a damaged one is told by name', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'flawline-results-'))
    try {
      const kept = result(0, 1, 0.5)
      await writeFile(path.join(folder, 'kept.json'), JSON.stringify(kept))
      await writeFile(path.join(folder, 'damaged.json'), '{"set":"mnist"')
      assert.deepEqual(await readResult(folder, 'kept'), kept)
      assert.equal(await readResult(folder, 'other'), null)
      await assert.rejects(readResult(folder, 'damaged'), /damaged\.json is no result/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('arguments', () => {
  test('classes by number or name, seeds from 1, epochs over the settings', () => {
    const read = readArguments([
      ...['--set', 'cifar-10', '--classes', '3,truck', '--seeds', '2', '--epochs', '4'],
      ...['--family', 'ganomaly,egbad', '--config', '{"width":8}'],
    ])
    assert.deepEqual(read.classes, [3, 9])
    assert.deepEqual(read.seeds, [1, 2])
    assert.equal(read.contenders.length, 5)
    assert.ok(read.contenders.every(({ settings }) => settings.epochs === 4 && settings.width === 8))
  })

  test('all classes and the whole set where nothing is said', () => {
    const { classes, limit, seeds } = readArguments([])
    assert.deepEqual([classes.length, limit, seeds.length], [10, null, 3])
  })

  test('what is not understood is told with the usage', () => {
    const wrong: readonly [string[], RegExp][] = [
      [['--set', 'imagenet'], /--set is one of mnist/],
      [['--classes', '10'], /there is no class '10'/],
      [['--classes', ''], /there is no class ''/],
      [['--family', 'vae'], /there is no family 'vae'/],
      [['--limit', '0'], /--limit must be a whole number above 0/],
      [['--config', '{'], /JSON/],
      [['--epoch', '3'], /--epoch/],
    ]
    for (const [given, message] of wrong)
      assert.throws(
        () => readArguments(given),
        (error) => {
          assert.ok(error instanceof Error)
          assert.match(error.message, message)
          assert.match(error.message, /npm run bench:literature/)
          return true
        },
      )
  })
})
