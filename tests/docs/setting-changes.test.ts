/** The table of changed settings in docs/operations.md is complete, and says what the tests of both engines have seen. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { HUB_TABLE } from '../../shared/settings/hub-table.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'
import { EFFECTS } from '../deployments/setting-changes.ts'

const page = readFileSync(join(PROJECT_DIRECTORY, 'docs/operations.md'), 'utf8')

const rowsUnder = (heading: string) => {
  const table = page.slice(page.indexOf(`| ${heading} |`)).split('\n\n')[0] ?? ''
  return table
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, setting = '', effect = '']) => [setting.replaceAll('`', ''), effect] as const)
}

describe.each([
  ["Hub's setting", HUB_TABLE, EFFECTS.hub],
  ["Spoke's setting", SPOKE_TABLE, EFFECTS.spoke],
])('%s', (heading, settings, effects) => {
  it('has its rows in the order of docs/settings.md', () => {
    const listed = rowsUnder(heading).map(([setting]) => setting)
    expect(listed).toEqual(Object.keys(settings).filter((name) => listed.includes(name)))
  })

  it('says what was seen; of what it does not list, that it changes in place', () => {
    const unlisted = Object.keys(settings).map((name) => [name, 'in place'])
    expect({ ...Object.fromEntries(unlisted), ...Object.fromEntries(rowsUnder(heading)) }).toEqual(effects)
  })
})
