/** What the README says is what the code does. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { DEPTH, depthTable } from './isolation-part.ts'
import { MADE_PARTS, withMade } from './made-parts.ts'

const read = (file: string) => readFileSync(join(PROJECT_DIRECTORY, file), 'utf8')
const readme = read('README.md')
/** Everything that people read first; decision notes tell what was true when they were written. */
const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(PROJECT_DIRECTORY, 'docs')).flatMap(page),
]

function page(name: string): readonly string[] {
  return name.endsWith('.md') ? [`docs/${name}`] : []
}

it('a newcomer reads the README in one go', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(130)
})

it.each(MADE_PARTS)('$file has what the code says: npm run docs', (part) => {
  expect(read(part.file)).toBe(withMade(part, read(part.file)))
})

it.each(pages)('%s: every npm script that it names exists', (file) => {
  const { scripts } = JSON.parse(read('package.json'))
  const named = [...read(file).matchAll(/npm run (?:-s )?([a-z][a-z:-]*[a-z])(?! -w)\b/g)].map(([, name]) => name)
  expect(named.filter((name) => name !== undefined && !(name in scripts))).toEqual([])
})

it.each(pages)('%s: every file that it links to exists', (file) => {
  for (const [, path = ''] of read(file).matchAll(/\]\(((?!https?:)[^)#]+)\)/g))
    expect(existsSync(join(PROJECT_DIRECTORY, dirname(file), path)), path).toBe(true)
})

/** `docs/operations.md, "Cells"` in a message, `[operations.md](operations.md), "Cells"` in a page. */
const QUOTED = /(?:docs\/)?([a-z-]+\.md)(?:\]\([^)]*\))?\)?, (\\?["“])([^"”\n\\]+|(?:[^"”\n\\]|\\')+)\\?["”]/g

it('every section of docs that a message or a page quotes exists', () => {
  const headings = (file: string) => [...read(`docs/${file}`).matchAll(/^#+ (.+)$/gm)].map(([, title]) => title)
  const files = [
    ...pages,
    ...globSync('{cli,hub,spoke,site,shared,proof,policy-pack}/**/*.ts', { cwd: PROJECT_DIRECTORY }),
  ]
  const quoted = files.flatMap((file) =>
    [...read(file).matchAll(QUOTED)].map(([, page = '', , title = '']) => ({
      file,
      page,
      title: title.replaceAll("\\'", "'"),
    })),
  )
  expect(quoted.length).toBeGreaterThan(30)
  const known = quoted.filter(({ page }) => existsSync(join(PROJECT_DIRECTORY, 'docs', page)))
  expect(known.filter(({ page, title }) => !headings(page).includes(title))).toEqual([])
})

it('docs/README.md leads to every page', () => {
  const index = read('docs/README.md')
  expect(pages.filter((file) => file.startsWith('docs/') && !index.includes(`(${file.slice(5)})`))).toEqual([
    'docs/README.md',
  ])
})

it('docs/decisions/README.md lists every decision note, by its own title', () => {
  const index = read('docs/decisions/README.md')
  const notes = readdirSync(join(PROJECT_DIRECTORY, 'docs/decisions')).filter((name) => /^\d/.test(name))
  for (const note of notes) {
    const title = read(`docs/decisions/${note}`)
      .split('\n')[0]
      ?.replace(/^# (\d{4}: )?/, '')
    expect(index).toContain(`- [${note.slice(0, 4)}](${note}) ${title}`)
  }
  expect(new Set(notes.map((note) => note.slice(0, 4))).size).toBe(notes.length)
})

it('docs/isolation.md has a place for a run of prove: npm run docs -- --isolation FOLDER', () => {
  const depth = [{ family: 'tokens', stopped: 3, byOne: 1, byTwoOrMore: 2, byThreeOrMore: 1 }]
  const page = withMade({ file: '', between: DEPTH, make: () => depthTable(depth) }, read('docs/isolation.md'))
  expect(page).toContain('| tokens | 3 | 1 | 2 | 1 |\n<!-- depth: end -->')
  expect(page).toContain('| by three or more |')
})
