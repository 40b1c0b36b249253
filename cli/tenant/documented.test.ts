/** The onboarding by hand in docs/onboarding.md, done as it is written. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readSpokeSettings } from '../../shared/settings/spoke.ts'
import { PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'
import { newTenant } from './add.ts'

const text = readFileSync(join(PROJECT_DIRECTORY, 'docs', 'onboarding.md'), 'utf8')

/** What `pulumi config` keeps after the documented commands: text, and JSON for what was set by path. */
function settingsByHand(): Record<string, string> {
  const [, block = ''] = /## By hand\n[^`]*```\n([^`]*)```/.exec(text) ?? []
  const settings: Record<string, string> = {}
  const lists: Record<string, string[]> = {}
  for (const line of block.split('\n').filter((one) => one.startsWith('pulumi config set'))) {
    const [, list, index, map, key, name, value = ''] =
      /^pulumi config set (?:--path '(\w+)\[(\d)\]'|--path '(\w+)\["([^"]+)"\]'|(\w+)) (\S+)$/.exec(line) ?? []
    if (list !== undefined) {
      lists[list] ??= []
      lists[list][Number(index)] = value
      settings[list] = JSON.stringify(lists[list])
    } else if (map !== undefined && key !== undefined) settings[map] = JSON.stringify({ [key]: value })
    else if (name !== undefined) settings[name] = value
    else throw new Error(`not understood: ${line}`)
  }
  return settings
}

describe('docs/onboarding.md', () => {
  it('by hand and by verb are the same tenant', () => {
    const [, id = '', account = '', model = ''] =
      /^npm run tenant -- add (\S+) --account (\S+) --model (\S+)$/m.exec(text) ?? []
    const config: Record<string, unknown> = parse(newTenant(id, { account, model: [model] }).text).config
    const written = Object.fromEntries(
      Object.entries(config)
        .filter(([key]) => key.startsWith('genai-hub-spoke:'))
        .map(([key, value]) => [
          key.slice('genai-hub-spoke:'.length),
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
    )
    const read = (raw: Record<string, string>) => readSpokeSettings(raw, 'spoke-tenant3', 'organization/p/hub')
    expect(read(settingsByHand())).toEqual(read(written))
    expect(read(written).tenantId).toBe('tenant3')
  })
})
