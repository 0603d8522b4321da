/**
 * The guide's Markdown as pages: rendered, with a table of contents, and searchable. The files are our own and are
 * built in; links lead only to other pages of the guide.
 */
import { Marked, type Token, type Tokens } from 'marked'

/** The pages in the order of the list; those about a page of the interface bear its route's name. */
export const topicGroups = [
  { key: 'start', topics: ['first-verdict', 'how-a-verdict'] },
  {
    key: 'pages',
    topics: [
      'projects',
      'samples',
      'train',
      'evaluate',
      'compare',
      'inspect',
      'history',
      'reports',
      'settings',
    ],
  },
  { key: 'lookUp', topics: ['shortcuts', 'words'] },
] as const
export const topics: readonly string[] = topicGroups.flatMap((group) => group.topics)
export const firstTopic = 'first-verdict'

export interface GuideSection {
  /** Unique on its page; empty for what stands before the first heading. */
  readonly id: string
  readonly title: string
  /** Without marks, for searching. */
  readonly text: string
}

export interface GuidePage {
  readonly topic: string
  readonly title: string
  readonly html: string
  readonly sections: readonly GuideSection[]
}

/** `What is “good”?` becomes `what-is-good`. */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
}

const linkPattern = /^([a-z-]+)\.md(?:#([\p{L}\p{N}-]+))?$/u

function plain(token: Token): string {
  if (token.type === 'table') {
    const table = token as Tokens.Table
    return [table.header, ...table.rows]
      .flatMap((row) => row.map((cell) => cell.tokens.map(plain).join('')))
      .join(' ')
  }
  if (token.type === 'list') return (token as Tokens.List).items.map(plain).join(' ')
  if ('tokens' in token && token.tokens !== undefined && token.tokens.length > 0)
    return token.tokens.map(plain).join('')
  return token.type === 'space' || token.type === 'br' ? ' ' : 'text' in token ? String(token.text) : ''
}

/**
 * One page from its Markdown: `# Title` first, then `##` sections.
 *
 * @throws Error if there is no title, or a link leads out of the guide
 */
export function parseGuidePage(topic: string, markdown: string): GuidePage {
  let title = ''
  const sections: GuideSection[] = []
  const marked = new Marked({
    async: false,
    gfm: true,
    renderer: {
      // The page's name is the heading above the article already.
      heading({ depth, tokens, text }) {
        if (depth === 1) return ''
        return `<h${depth + 1} id="${slug(text)}" tabindex="-1">${this.parser.parseInline(tokens)}</h${depth + 1}>\n`
      },
      link({ href, tokens }) {
        const [, page, section] = linkPattern.exec(href) ?? []
        if (page === undefined) throw new Error(`The guide's page ${topic} links to ${href}.`)
        const address = `#/help/${page}${section === undefined ? '' : `#${section}`}`
        return `<a href="${address}">${this.parser.parseInline(tokens)}</a>`
      },
      // Only text in the files: what looks like markup is shown as it is.
      html: ({ text }) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;'),
    },
  })
  const tokens = marked.lexer(markdown)
  for (const token of tokens) {
    if (token.type === 'heading' && token['depth'] === 1) title = plain(token)
    else if (token.type === 'heading' && token['depth'] === 2) {
      sections.push({ id: slug(String(token['text'])), title: plain(token), text: '' })
    } else {
      const last = sections.pop() ?? { id: '', title: '', text: '' }
      sections.push({ ...last, text: `${last.text} ${plain(token)}`.replace(/\s+/g, ' ').trim() })
    }
  }
  if (title === '') throw new Error(`The guide's page ${topic} has no title.`)
  return { topic, title, html: marked.parser(tokens), sections }
}

export interface GuideHit {
  readonly topic: string
  readonly title: string
  readonly section: GuideSection
  /** Some words around the first hit. */
  readonly excerpt: string
}

/** Sections that hold all words; those with a word in a heading first. */
export function searchGuide(pages: readonly GuidePage[], search: string): readonly GuideHit[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const hits: (GuideHit & { readonly rank: number })[] = []
  for (const page of pages) {
    for (const section of page.sections) {
      const heading = `${page.title} ${section.title}`.toLocaleLowerCase()
      const text = section.text.toLocaleLowerCase()
      if (!words.every((word) => heading.includes(word) || text.includes(word))) continue
      const inHeading = words.filter((word) => section.title.toLocaleLowerCase().includes(word)).length
      const inTitle = words.filter((word) => page.title.toLocaleLowerCase().includes(word)).length
      const at = Math.max(0, text.indexOf(words.find((word) => text.includes(word)) ?? ''))
      hits.push({
        topic: page.topic,
        title: page.title,
        section,
        excerpt: excerptOf(section.text, at),
        rank: 2 * inHeading + inTitle,
      })
    }
  }
  return hits.sort((a, b) => b.rank - a.rank)
}

const excerptLength = 160

/** Whole words around a place in a text. */
function excerptOf(text: string, at: number): string {
  if (text.length <= excerptLength) return text
  const wanted = Math.max(0, Math.min(at - 50, text.length - excerptLength))
  const start = wanted === 0 ? 0 : text.indexOf(' ', wanted) + 1
  const cut = text.slice(start, start + excerptLength)
  const end = start + cut.length < text.length ? cut.lastIndexOf(' ') : cut.length
  return `${start > 0 ? '… ' : ''}${cut.slice(0, end)}${start + end < text.length ? ' …' : ''}`
}
