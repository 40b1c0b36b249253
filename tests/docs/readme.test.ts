/** What the README says is what the code does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/stacks.ts'
import { HUB_TABLE } from '../../shared/settings/hub-table.ts'
import { settingsTable } from '../../shared/settings/markdown.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'

const readme = readFileSync(join(PROJECT_DIRECTORY, 'README.md'), 'utf8')

it('the settings table is the one that settings are read by', () => {
  expect(between('<!-- settings:start -->', '<!-- settings:end -->')).toBe(
    ['### Hub', settingsTable(HUB_TABLE), '### Spoke', settingsTable(SPOKE_TABLE)].join('\n\n'),
  )
})

it('every npm script that it names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT_DIRECTORY, 'package.json'), 'utf8'))
  const named = [...readme.matchAll(/npm run (?:-s )?([a-z]+)/g)].map(([, name]) => name)
  expect(named.filter((name) => name !== undefined && !(name in scripts))).toEqual([])
})

it('every file that it links to exists', () => {
  for (const [, path = ''] of readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g))
    expect(() => readFileSync(join(PROJECT_DIRECTORY, path)), path).not.toThrow(/ENOENT/)
})

const between = (start: string, end: string) =>
  readme.slice(readme.indexOf(start) + start.length, readme.indexOf(end)).trim()
