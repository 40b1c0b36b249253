import { describe, expect, it } from 'vitest'
import { originOf } from '../../tests/settings.ts'
import { HUB_TABLE } from './hub-table.ts'
import { settingsTable } from './markdown.ts'
import { ofProject, readSettings } from './read.ts'
import { SPOKE_TABLE } from './spoke-table.ts'

describe('the role', () => {
  it.each([
    [undefined, '{ROLE}'],
    ['', '{ROLE}'],
    ['hubb', 'hub'],
    ['spok', 'spoke'],
  ])('%s is refused', (role, fix) => {
    expect(() => readSettings(role === undefined ? {} : { role }, originOf('hub'))).toThrow(
      `Allowed: hub, spoke or site. Fix: pulumi config set role ${fix} -s hub`,
    )
  })
})

describe('around the tables', () => {
  it("takes the project's own namespace only", () => {
    const all = { 'genai-hub-spoke:role': 'hub', 'aws:region': 'us-east-1', 'genai-hub-spoke-two:role': 'spoke' }
    expect(ofProject(all, 'genai-hub-spoke')).toEqual({ role: 'hub' })
  })

  it('keeps what is in a misspelt namespace under its full name, which is then refused', () => {
    const all = { 'genai-hub-spoke:role': 'hub', 'genai-hubspoke:tier': 'small', 'genai_hub_spoke:account': '1' }
    expect(ofProject(all, 'genai-hub-spoke')).toEqual({
      role: 'hub',
      'genai-hubspoke:tier': 'small',
      'genai_hub_spoke:account': '1',
    })
  })

  it.each([
    ['hub', HUB_TABLE],
    ['spoke', SPOKE_TABLE],
  ])("no placeholder of the %s's table is a value that it accepts", (_role, table) => {
    for (const [name, { parse, placeholder }] of Object.entries(table)) {
      // The check of a default model is against the list of models.
      for (const raw of [placeholder, JSON.stringify([placeholder]), JSON.stringify({ name: placeholder })])
        if (name !== 'defaultModel') expect(() => parse(raw), `${name}: ${raw}`).toThrow()
    }
  })

  it('the table for the docs has a row for each setting', () => {
    const lines = settingsTable(HUB_TABLE, new Map()).split('\n')
    expect(lines).toHaveLength(Object.keys(HUB_TABLE).length + 2)
    expect(lines.find((line) => line.startsWith('| `account`'))).toContain('*required*')
    expect(lines.find((line) => line.startsWith('| `wafRateLimit`'))).toContain('| `2000` |')
  })
})
