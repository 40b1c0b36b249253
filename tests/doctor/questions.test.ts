/** Every question that is open somewhere has an entry, and every entry is open where it says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { QUESTIONS } from '../../cli/doctor/deployed/questions.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'

const NOTES = join(PROJECT_DIRECTORY, 'docs/decisions')
/** Beside the project where it is worked on; a copy of the project alone has none. */
const FACTS = join(PROJECT_DIRECTORY, '../shared/AWS-FACTS.md')

const SOURCES = QUESTIONS.flatMap(({ id, from }) => from.map((source) => ({ id, ...source })))
const read = (file: string) => readFileSync(file === 'AWS-FACTS.md' ? FACTS : join(PROJECT_DIRECTORY, file), 'utf8')
const known = (file: string) => file !== 'AWS-FACTS.md' || existsSync(FACTS)

/** How notes say that something is not known of AWS. */
const OPEN =
  /\(\?\)|: \?|[Uu]nconfirmed|[Nn]ot known[.:]|is not known|Not settled|is not documented[.:]|[Tt]ried on (the local cloud|dynalite) only|[Nn]ot tried on AWS/

/** Lines that have such words, and are about something else than AWS's behaviour, or are answered by the entry of the line before. */
const OTHER: Readonly<Record<string, RegExp>> = {
  'the heading of a list': /^(\*\*)?Not (known|settled)[.:]*(\*\*)?$/,
  'what the index and titles say': /^- \[|^# |Short notes on choices|what is not known\. A note/,
  "the page's own explanation of its mark": /^"\?" marks what could not be confirmed/,
}

const lines = (file: string) => read(file).split('\n')
const isOther = (line: string) => Object.values(OTHER).some((pattern) => pattern.test(line))

describe('the questions', () => {
  it('have ids of their own, and are asked or say why not', () => {
    expect(new Set(QUESTIONS.map(({ id }) => id)).size).toBe(QUESTIONS.length)
    for (const { expected, otherwise, how } of QUESTIONS)
      expect(Math.min(expected.length, otherwise.length, how.length)).toBeGreaterThan(5)
  })

  it.each(SOURCES.filter(({ file }) => known(file)))('$id is open in $file', ({ file, words }) => {
    expect(read(file)).toContain(words)
  })

  const files = [
    'AWS-FACTS.md',
    ...readdirSync(NOTES)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/decisions/${name}`),
  ]
  it.each(files.filter(known))('%s has no other', (file) => {
    const words = SOURCES.filter((source) => source.file === file).map((source) => source.words)
    const missing = lines(file).filter(
      (line) => OPEN.test(line) && !isOther(line) && !words.some((one) => line.includes(one)),
    )
    expect(missing).toEqual([])
  })
})
