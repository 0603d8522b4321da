import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { parseGuidePage, searchGuide, slug, topics } from '../../src/renderer/pages/help/guide.ts'

const guide = path.resolve(import.meta.dirname, '../../docs/guide')
const languages = readdirSync(guide)

function read(language: string) {
  return readdirSync(path.join(guide, language)).map((file) => {
    const markdown = readFileSync(path.join(guide, language, file), 'utf8')
    return { markdown, page: parseGuidePage(path.parse(file).name, markdown) }
  })
}

for (const language of languages) {
  test(`the guide in ${language} has just the pages that are listed`, () => {
    assert.deepEqual(
      read(language)
        .map(({ page }) => page.topic)
        .sort(),
      [...topics].sort(),
    )
  })

  test(`every link of the guide in ${language} leads to a page, and to a section of it`, () => {
    const pages = read(language)
    for (const { markdown, page } of pages) {
      for (const [, topic, section] of markdown.matchAll(/\]\(([a-z-]+)\.md(?:#([^)]+))?\)/g)) {
        const target = pages.find((one) => one.page.topic === topic)
        assert.ok(target, `${page.topic} links to ${topic}`)
        if (section !== undefined)
          assert.ok(
            target.page.sections.some(({ id }) => id === section),
            `${page.topic} links to ${topic}#${section}`,
          )
      }
    }
  })

  test(`headings of a page in ${language} differ, so that each can be led to`, () => {
    for (const { page } of read(language)) {
      const ids = page.sections.map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length, page.topic)
    }
  })
}

test('a page is read in a minute or two', () => {
  for (const { page, markdown } of read('en')) {
    const words = markdown.split(/\s+/).length
    assert.ok(words < 650, `${page.topic} has ${words} words`)
  }
})

test('every page of the interface has one in the guide', () => {
  const router = readFileSync(path.resolve(guide, '../../src/renderer/app/router.ts'), 'utf8')
  const names = [...router.matchAll(/name: '([a-z-]+)'/g)].map(([, name]) => name ?? '')
  assert.ok(names.length > 8)
  for (const name of names) {
    if (!['help', 'sign-in', 'setup'].includes(name)) assert.ok(topics.includes(name), name)
  }
})

test('Markdown becomes a page: title, sections with ids, links within the guide', () => {
  const page = parseGuidePage(
    'x',
    '# Title\n\nBegin.\n\n## What is “good”?\n\nSee [Train](train.md#presets) and <b>.\n',
  )
  assert.equal(page.title, 'Title')
  assert.deepEqual(
    page.sections.map(({ id, title }) => [id, title]),
    [
      ['', ''],
      ['what-is-good', 'What is “good”?'],
    ],
  )
  assert.match(page.html, /<h3 id="what-is-good"/)
  assert.match(page.html, /<a href="#\/help\/train#presets">Train<\/a>/)
  assert.doesNotMatch(page.html, /<b>|<h1/)
  assert.equal(slug('Wärme & Kälte'), 'wärme-kälte')
})

test('a link out of the guide, or a page without a title, is refused', () => {
  assert.throws(() => parseGuidePage('x', '# T\n\n[a](https://elsewhere.example)'), /links to/)
  assert.throws(() => parseGuidePage('x', 'No title'), /no title/)
})

test('a search finds sections that hold all words, headings first', () => {
  const pages = [
    parseGuidePage(
      'a',
      '# A\n\n## One\n\nThe threshold decides. Tables:\n\n| x | y |\n| - | - |\n| apple | pear |\n',
    ),
    parseGuidePage('b', '# B\n\n## Threshold\n\nIt decides.\n'),
  ]
  assert.deepEqual(
    searchGuide(pages, 'THRESHOLD decides').map((hit) => hit.topic),
    ['b', 'a'],
  )
  assert.deepEqual(
    searchGuide(pages, 'pear').map((hit) => hit.section.id),
    ['one'],
  )
  assert.deepEqual(searchGuide(pages, 'threshold banana'), [])
  assert.deepEqual(searchGuide(pages, '  '), [])
})
