/** The guide as it was built in, by language. */
import { parseGuidePage, topics, type GuidePage } from './guide.ts'

const files = import.meta.glob<string>('../../../../docs/guide/*/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const parsed = new Map<string, readonly GuidePage[]>()

/** All pages in the order of the list; one that a language lacks is in English. */
export function guidePages(language: string): readonly GuidePage[] {
  let pages = parsed.get(language)
  if (pages === undefined) {
    const source = (code: string, topic: string) => files[`../../../../docs/guide/${code}/${topic}.md`]
    pages = topics.flatMap((topic) => {
      const markdown = source(language, topic) ?? source('en', topic)
      return markdown === undefined ? [] : [parseGuidePage(topic, markdown)]
    })
    parsed.set(language, pages)
  }
  return pages
}
