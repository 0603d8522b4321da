import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { configOf, flagOf, optionsOf } from '../../../src/main/cli/family-options.ts'
import { families } from '../../../src/main/models/families.ts'

const schema = z.object({
  size: z.number().int().min(32).max(256).default(64).describe('Side of the view'),
  learningRate: z.number().min(1e-6).default(2e-4).describe('Step size'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(1)
    .describe('Grey or colour'),
  fit: z.enum(['stretch', 'tile']).default('stretch').describe('How images become views'),
  mirrored: z.boolean().default(false).describe('Learn from mirrored views'),
  shuffled: z.boolean().default(true).describe('Shuffle'),
  augment: z.object({ quarterTurns: z.boolean().default(false).describe('Turn') }).prefault({}),
  note: z.string().optional().describe('Anything'),
})

function parse(words: readonly string[]): Record<string, unknown> {
  const fields = optionsOf(schema)
  const command = new Command('train').exitOverride().configureOutput({ writeErr: () => undefined })
  for (const { option } of fields) command.addOption(option)
  command.parse([...words], { from: 'user' })
  return configOf(command, fields)
}

test('each field is an option with its help, range and default', () => {
  const options = optionsOf(schema).map(({ option }) => [option.flags, option.description])
  assert.deepEqual(options, [
    ['--size <number>', 'Side of the view (32 to 256; default: 64)'],
    ['--learning-rate <number>', 'Step size (at least 0.000001; default: 0.0002)'],
    ['--channels <number>', 'Grey or colour (1, 3; default: 1)'],
    ['--fit <value>', 'How images become views (stretch, tile; default: stretch)'],
    ['--mirrored', 'Learn from mirrored views'],
    ['--no-shuffled', 'not: Shuffle'],
    ['--augment-quarter-turns', 'Turn'],
    ['--note <value>', 'Anything'],
  ])
})

test('only what was given becomes configuration, with the types of the schema', () => {
  assert.deepEqual(parse([]), {})
  const config = parse([
    ...['--size', '128', '--learning-rate', '1e-3', '--channels', '3', '--fit', 'tile'],
    ...['--mirrored', '--no-shuffled', '--augment-quarter-turns', '--note', 'x'],
  ])
  assert.deepEqual(config, {
    size: 128,
    learningRate: 0.001,
    channels: 3,
    fit: 'tile',
    mirrored: true,
    shuffled: false,
    augment: { quarterTurns: true },
    note: 'x',
  })
  assert.deepEqual(schema.parse(config), config)
})

test('values out of range or of the wrong kind are refused by the option they were given to', () => {
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [['--size', '16'], /--size.*16.*32 to 256/],
    [['--size', 'large'], /--size/],
    [['--size', '64.5'], /--size/],
    [['--size', ''], /--size/],
    [['--channels', '2'], /--channels.*1, 3/],
    [['--fit', 'crop'], /--fit.*stretch, tile/],
  ]
  for (const [words, message] of refused) {
    assert.throws(
      () => parse(words),
      (error) => error instanceof CommanderError && message.test(error.message),
      words.join(' '),
    )
  }
})

test('fields of nested objects are named after both', () => {
  assert.equal(flagOf(['augment', 'flipHorizontal']), '--augment-flip-horizontal')
})

test('every field of every family has an option with a help text of its own', () => {
  for (const family of Object.values(families)) {
    const fields = optionsOf(family.schema)
    assert.equal(fields.length, Object.keys(family.schema.shape).length)
    assert.equal(new Set(fields.map(({ option }) => option.long)).size, fields.length)
    for (const { option } of fields) assert(option.description.length > 10, option.flags)
  }
})
