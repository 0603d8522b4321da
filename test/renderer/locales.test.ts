/** Every language says everything, and every key that a page asks for is there. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { problemKeys } from '../../src/contract/errors.ts'
import { messageKeys } from '../../src/contract/messages.ts'

const renderer = path.resolve(import.meta.dirname, '../../src/renderer')
const locales = path.join(renderer, 'locales')
const languages = readdirSync(locales)

/** All keys of a language with their texts: `train.start` and so on. */
function textsOf(language: string): Map<string, string> {
  const texts = new Map<string, string>()
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'string') texts.set(key, value)
    else for (const [name, child] of Object.entries(value as object)) walk(child, `${key}.${name}`)
  }
  for (const file of readdirSync(path.join(locales, language))) {
    walk(JSON.parse(readFileSync(path.join(locales, language, file), 'utf8')), path.parse(file).name)
  }
  return texts
}

const english = textsOf('en')

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(vue|ts)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${path.sep}.nuxt-ui${path.sep}`) && !file.endsWith('.d.ts'))
}

test('English is there', () => assert.ok(languages.includes('en')))

for (const language of languages.filter((one) => one !== 'en')) {
  test(`${language} says everything that English says, with the same placeholders`, () => {
    const texts = textsOf(language)
    const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
    for (const [key, text] of english) {
      const translated = texts.get(key)
      assert.ok(translated !== undefined && translated !== '', `${key} is missing`)
      assert.deepEqual(placeholders(translated), placeholders(text), key)
    }
    for (const key of texts.keys())
      assert.ok(english.has(key), `${key} is not in English: nobody asks for it`)
  })
}

test('every error of the contract has its words', () => {
  for (const key of problemKeys) assert.ok(english.has(`errors.${key}`), `errors.${key} is missing`)
})

test('everything that jobs and logs say has its words', () => {
  for (const key of messageKeys) assert.ok(english.has(`messages.${key}`), `messages.${key} is missing`)
})

test('every key that the source asks for is there', () => {
  const literal = /\b(?:t|te|\$t)\(\s*'([\w.-]+)'/g
  const template = /\b(?:t|te|\$t)\(\s*`([\w.-]*)\$\{/g
  const keys = [...english.keys()]
  let asked = 0
  for (const file of sources(renderer)) {
    const text = readFileSync(file, 'utf8')
    for (const [, key = ''] of text.matchAll(literal)) {
      asked++
      assert.ok(english.has(key), `${path.relative(renderer, file)} asks for ${key}`)
    }
    for (const [, start = ''] of text.matchAll(template)) {
      if (start === '') continue
      asked++
      assert.ok(
        keys.some((key) => key.startsWith(start)),
        `${path.relative(renderer, file)} asks for ${start}…`,
      )
    }
  }
  assert.ok(asked > 100, 'the search itself is broken')
})
