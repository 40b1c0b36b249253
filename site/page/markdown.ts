/**
 * Parses the small part of Markdown that models write into a tree: no HTML, no images, and links to `https` only. Everything else stays text.
 */
export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly content: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly content: readonly Inline[] }

export type Block =
  | { readonly kind: 'paragraph' | 'heading'; readonly content: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | {
      readonly kind: 'list'
      readonly ordered: boolean
      readonly start: number
      readonly items: readonly (readonly Block[])[]
    }
  | { readonly kind: 'quote'; readonly content: readonly Block[] }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  | { readonly kind: 'rule' }

const FENCE = /^\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/
const HEADING = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/
const RULE = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/
const QUOTE = /^\s{0,3}>\s?/
const DELIMITERS = /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)+\|?\s*$/
/** The deepest nesting; nobody reads deeper. */
const DEEPEST = 6

export function parseMarkdown(text: string): readonly Block[] {
  return blocksOf(text.replaceAll('\r\n', '\n').split('\n'), 0)
}

function blocksOf(lines: readonly string[], depth: number): readonly Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const read =
      depth > DEEPEST
        ? undefined
        : (fence(lines, at) ??
          rule(line) ??
          heading(line) ??
          quote(lines, at, depth) ??
          table(lines, at) ??
          list(lines, at, depth))
    if (read) {
      blocks.push(read.block)
      at += read.lines
    } else if (line.trim() === '') at += 1
    else {
      const content = paragraph(lines, at)
      blocks.push({ kind: 'paragraph', content: inlinesOf(content.join('\n').trim()) })
      at += content.length
    }
  }
  return blocks
}

interface Read {
  readonly block: Block
  readonly lines: number
}

function fence(lines: readonly string[], at: number): Read | undefined {
  const [, mark, language = ''] = FENCE.exec(lines[at] ?? '') ?? []
  if (mark === undefined) return undefined
  const rest = lines.slice(at + 1)
  // A block that is not closed yet is still being written.
  const end = rest.findIndex(
    (line) => line.trim().startsWith(mark) && line.trim().replaceAll(mark[0] ?? '`', '') === '',
  )
  const text = (end < 0 ? rest : rest.slice(0, end)).join('\n')
  return { block: { kind: 'code', language, text }, lines: end < 0 ? rest.length + 1 : end + 2 }
}

const rule = (line: string): Read | undefined => (RULE.test(line) ? { block: { kind: 'rule' }, lines: 1 } : undefined)

function heading(line: string): Read | undefined {
  const [, text] = HEADING.exec(line) ?? []
  return text === undefined ? undefined : { block: { kind: 'heading', content: inlinesOf(text) }, lines: 1 }
}

function quote(lines: readonly string[], at: number, depth: number): Read | undefined {
  const quoted = takeWhile(lines, at, (line) => QUOTE.test(line))
  if (quoted.length === 0) return undefined
  const content = blocksOf(
    quoted.map((line) => line.replace(QUOTE, '')),
    depth + 1,
  )
  return { block: { kind: 'quote', content }, lines: quoted.length }
}

function table(lines: readonly string[], at: number): Read | undefined {
  const [first = '', second = ''] = lines.slice(at, at + 2)
  if (!first.includes('|') || !DELIMITERS.test(second)) return undefined
  const rows = takeWhile(lines, at + 2, (line) => line.includes('|'))
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\|/, '')
      .replace(/\|$/, '')
      .split('|')
      .map((cell) => inlinesOf(cell.trim()))
  return { block: { kind: 'table', head: cells(first), rows: rows.map(cells) }, lines: rows.length + 2 }
}

function list(lines: readonly string[], at: number, depth: number): Read | undefined {
  const first = ITEM.exec(lines[at] ?? '')
  if (!first) return undefined
  const [, indent = '', marker = ''] = first
  const ordered = /\d/.test(marker)
  const items: string[][] = []
  let next = at
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? ''
    const found = ITEM.exec(line)
    const isItem =
      found !== null && (found[1] ?? '').length <= indent.length + 1 && /\d/.test(found[2] ?? '') === ordered
    if (isItem) items.push([found[3] ?? ''])
    else if (/^\s{2,}\S/.test(line) || (line.trim() === '' && goesOn(lines, next, ordered)))
      items.at(-1)?.push(line.slice(indent.length).replace(/^\s{1,3}/, ''))
    else break
  }
  const content = items.map((item) => blocksOf(item, depth + 1))
  return {
    block: { kind: 'list', ordered, start: ordered ? Number.parseInt(marker, 10) : 1, items: content },
    lines: next - at,
  }
}

/** An empty line belongs to a list if the list continues after it. */
function goesOn(lines: readonly string[], at: number, ordered: boolean): boolean {
  const next = lines.slice(at).find((line) => line.trim() !== '') ?? ''
  const [, , marker] = ITEM.exec(next) ?? []
  return /^\s{2,}\S/.test(next) || (marker !== undefined && /\d/.test(marker) === ordered)
}

function paragraph(lines: readonly string[], at: number): readonly string[] {
  const isOther = (line: string) =>
    line.trim() === '' || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || ITEM.test(line)
  return [lines[at] ?? '', ...takeWhile(lines, at + 1, (line) => !isOther(line))]
}

function takeWhile(lines: readonly string[], at: number, holds: (line: string) => boolean): readonly string[] {
  const end = lines.findIndex((line, index) => index >= at && !holds(line))
  return lines.slice(at, end < 0 ? undefined : end)
}

/** Code, links, strong, emphasis and addresses; the one that begins first is taken. */
const INLINE =
  /(?<ticks>`+)(?<code>.+?)\k<ticks>(?!`)|\[(?<label>[^\]\n]+)\]\((?<href>https:\/\/[^\s)]+)\)|(?<strong>\*\*|__)(?=\S)(?<bold>.+?)(?<=\S)\k<strong>|(?<!\w)(?<mark>[*_])(?=\S)(?<italic>.+?)(?<=\S)\k<mark>(?!\w)|(?<address>https:\/\/[^\s<>)\]]+[^\s<>)\].,;:!?'"])/s

function inlinesOf(text: string): readonly Inline[] {
  const inlines: Inline[] = []
  let rest = text
  for (;;) {
    const found = INLINE.exec(rest)
    const before = found?.groups ? rest.slice(0, found.index) : rest
    if (before !== '') inlines.push({ kind: 'text', text: before })
    if (!found?.groups) return inlines
    inlines.push(inlineOf(found.groups))
    rest = rest.slice(found.index + found[0].length)
  }
}

function inlineOf({ code, label, href, bold, italic, address }: Readonly<Record<string, string | undefined>>): Inline {
  if (code !== undefined) return { kind: 'code', text: code.trim() || code }
  if (href !== undefined) return { kind: 'link', href, content: inlinesOf(label ?? '') }
  if (bold !== undefined) return { kind: 'strong', content: inlinesOf(bold) }
  if (italic !== undefined) return { kind: 'emphasis', content: inlinesOf(italic) }
  return { kind: 'link', href: address ?? '', content: [{ kind: 'text', text: address ?? '' }] }
}
