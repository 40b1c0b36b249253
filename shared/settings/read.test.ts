import { describe, expect, it } from 'vitest'
import { originOf } from '../../tests/settings.ts'
import { HUB_TABLE } from './hub-table.ts'
import { settingsTable } from './markdown.ts'
import { ofProject, readSettings } from './read.ts'
import { SPOKE_TABLE } from './spoke-table.ts'

describe('the role', () => {
  it.each([undefined, 'hubb', ''])('%s is refused', (role) => {
    expect(() => readSettings(role === undefined ? {} : { role }, originOf('hub'))).toThrow(
      /- role: .+ Allowed: hub or spoke\. Fix: pulumi config set role hub -s hub/,
    )
  })
})

describe('around the tables', () => {
  it("takes the project's own namespace only", () => {
    const all = { 'genai-hub-spoke:role': 'hub', 'aws:region': 'us-east-1', 'genai-hub-spoke-two:role': 'spoke' }
    expect(ofProject(all, 'genai-hub-spoke')).toEqual({ role: 'hub' })
  })

  it.each([
    ['hub', HUB_TABLE],
    ['spoke', SPOKE_TABLE],
  ])("every example of the %s's table is a value that it accepts", (_role, table) => {
    for (const [name, setting] of Object.entries(table)) {
      const match = /^(?:--path '(\w+)(?:\[0\]|\["([^"]+)"\])'|(\w+)) (\S+)$/.exec(setting.example)
      if (name === 'role') continue
      expect(match, `${name}: ${setting.example}`).not.toBeNull()
      const [, listName, key, plainName, value = ''] = match ?? []
      expect(listName ?? plainName).toBe(name)
      const raw = key !== undefined ? JSON.stringify({ [key]: value }) : listName ? JSON.stringify([value]) : value
      // Two zones are the least: one is what the command adds.
      if (name === 'availabilityZones') expect(() => setting.parse(raw)).toThrow('it has 1 entries')
      else expect(() => setting.parse(raw)).not.toThrow()
    }
  })

  it('the table for the README has a row for each setting', () => {
    const lines = settingsTable(HUB_TABLE).split('\n')
    expect(lines).toHaveLength(Object.keys(HUB_TABLE).length + 2)
    expect(lines.find((line) => line.startsWith('| `account`'))).toContain('*required*')
    expect(lines.find((line) => line.startsWith('| `wafRateLimit`'))).toContain('| `2000` |')
  })
})
