import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block, type Inline, parseMarkdown } from './markdown.ts'

const words = (inlines: readonly Inline[]): string =>
  inlines.map((one) => ('text' in one ? one.text : words(one.content))).join('')

function wordsOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'paragraph':
        case 'heading':
          return words(block.content)
        case 'code':
          return block.text
        case 'quote':
          return wordsOf(block.content)
        case 'list':
          return block.items.map(wordsOf).join('\n')
        case 'table':
          return [block.head, ...block.rows].flat().map(words).join(' ')
        default:
          return ''
      }
    })
    .join('\n')
}

const text = (value: string): Inline => ({ kind: 'text', text: value })

describe('what models write', () => {
  it('paragraphs, headings, strong and emphasised words, code', () => {
    expect(parseMarkdown('# A title\n\nSome **strong** and *soft* `code`.')).toEqual([
      { kind: 'heading', content: [text('A title')] },
      {
        kind: 'paragraph',
        content: [
          text('Some '),
          { kind: 'strong', content: [text('strong')] },
          text(' and '),
          { kind: 'emphasis', content: [text('soft')] },
          text(' '),
          { kind: 'code', text: 'code' },
          text('.'),
        ],
      },
    ])
  })

  it('lists in lists', () => {
    const [list] = parseMarkdown('3. three\n   - a\n   - b\n4. four')
    expect(list).toMatchObject({
      kind: 'list',
      ordered: true,
      start: 3,
      items: [[{}, { kind: 'list', ordered: false }], [{}]],
    })
  })

  it('code as it is, also while it is being written', () => {
    expect(parseMarkdown('```ts\nconst a = "**b**"\n```\nafter')).toMatchObject([
      { kind: 'code', language: 'ts', text: 'const a = "**b**"' },
      { kind: 'paragraph' },
    ])
    expect(parseMarkdown('```\nhalf')).toEqual([{ kind: 'code', language: '', text: 'half' }])
  })

  it('tables', () => {
    expect(parseMarkdown('| A | B |\n|---|---|\n| 1 | **2** |')).toMatchObject([
      { kind: 'table', head: [[text('A')], [text('B')]], rows: [[[text('1')], [{ kind: 'strong' }]]] },
    ])
  })

  it.each(['javascript:alert(1)', 'http://example.com', 'data:text/html,x', '//example.com'])(
    'no link to %s',
    (href) => {
      const [block] = parseMarkdown(`[click](${href})`)
      expect(JSON.stringify(block)).not.toContain('"link"')
    },
  )

  it('links to https only, and markup stays words', () => {
    expect(parseMarkdown('[docs](https://example.com/a) <img src=x onerror=alert(1)>')).toEqual([
      {
        kind: 'paragraph',
        content: [
          { kind: 'link', href: 'https://example.com/a', content: [text('docs')] },
          text(' <img src=x onerror=alert(1)>'),
        ],
      },
    ])
  })
})

describe('whatever is written', () => {
  it('is read to its end, and no word of letters is lost', () => {
    const line = fc.constantFrom(
      '- ',
      '1. ',
      '> ',
      '# ',
      '```\n',
      '| a | b |\n|---|---|\n| ',
      '**',
      '`',
      '[x](',
      '  ',
      '\n\n',
      '_',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(line, fc.stringMatching(/^[a-z]{1,8}$/)), { maxLength: 30 }), (parts) => {
        const source = parts.map(([mark, word]) => `${mark}${word}`).join('\n')
        const read = wordsOf(parseMarkdown(source))
        // The word after a fence's marks is its language.
        for (const [mark, word] of parts)
          if (mark !== '```\n') expect(`${read} ${JSON.stringify(parseMarkdown(source))}`).toContain(word)
      }),
      { numRuns: 200 },
    )
  })
  it('of 100 KB takes a moment', () => {
    const long = '**a** [b](https://example.com) `c` _d_ word '.repeat(2_500)
    const begun = performance.now()
    parseMarkdown(long)
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
  it('nested a thousand times deep is no trouble', () => {
    expect(() => parseMarkdown(`${'> '.repeat(1_000)}x`)).not.toThrow()
    expect(() => parseMarkdown('**a '.repeat(3_000))).not.toThrow()
  })
})
