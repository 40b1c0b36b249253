/** People run the commands that an error prints: none of them, run as it is, makes a valid file that nobody asked for. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hub as leastHub, spoke as leastSpoke, originOf } from '../../tests/settings.ts'
import { run, words } from '../../tests/settings-commands.ts'
import type { Settings } from '../settings.ts'
import { HUB_TABLE } from './hub-table.ts'
import { ofProject, readSettings } from './read.ts'
import { type RawSettings, SettingsError } from './setting.ts'
import { SITE_TABLE } from './site-table.ts'
import { SPOKE_TABLE } from './spoke-table.ts'

const hub: RawSettings = {
  ...leastHub,
  roleArn: 'arn:aws:iam::111111111111:role/deployer',
  profile: 'platform',
  cidrBlock: '10.1.0.0/16',
  spokesCidrBlock: '10.128.0.0/10',
  wafRateLimit: '500',
  clientInstance: 'true',
  keySetVia: 'inline',
  concurrencyLimit: '2000',
  auditRetentionDays: '90',
  alarmTopicArn: 'arn:aws:sns:us-east-1:111111111111:alarms',
  deletionProtection: 'true',
}
const spoke: RawSettings = {
  ...leastSpoke,
  hubStack: 'organization/genai-hub-spoke/hub2',
  roleArn: 'arn:aws:iam::222222222222:role/deployer',
  profile: 'one',
  hubRoleArn: 'arn:aws:iam::111111111111:role/platform-deployer',
  hubProfile: 'two',
  cidrBlock: '10.64.4.0/24',
  models: '{"fast":"amazon.nova-lite-v1:0","good":"us.anthropic.claude-haiku-4-5-20251001-v1:0"}',
  defaultModel: 'good',
  tier: 'medium',
  modelInvocationLogging: 'true',
}
const stackOf = (base: RawSettings) => (base === hub ? 'hub' : 'spoke-tenant1')

/** What is read, or everything that is wrong. */
function judged(raw: RawSettings, stack: string): Settings | SettingsError {
  try {
    return readSettings(raw, originOf(stack))
  } catch (error) {
    if (error instanceof SettingsError) return error
    throw error
  }
}

/** Runs each command alone, and all of them; returns what became valid by that. */
function made(raw: RawSettings, stack: string): readonly Settings[] {
  const first = judged(raw, stack)
  if (!(first instanceof SettingsError)) return []
  const lines = first.problems.map(({ fix }) => fix).filter((fix) => fix.startsWith('pulumi '))
  for (const line of lines) expect(first.message).toContain(line)
  const files = [...lines.map((line) => run(raw, line, stack)), lines.reduce((one, line) => run(one, line, stack), raw)]
  return files.flatMap((file) => {
    const outcome = judged(file, stack)
    return outcome instanceof SettingsError ? [] : [outcome]
  })
}

const bases = fc.constantFrom(hub, spoke)
const nameOf = (base: RawSettings) => fc.constantFrom(...Object.keys(base).filter((name) => name !== 'role'))

describe('no printed command makes a valid file that differs from what was asked', () => {
  it('whatever stands in a setting', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom('', 'true', '0', '10.64.0.0/24', '10.0.0.0/8', '[]', '{}', '["a"]', '111111111111', '[1,2,3,4]'),
      fc.constantFrom(...Object.values(hub), ...Object.values(spoke)),
      fc.constantFrom(
        'arn:aws:iam::333333333333:role/x',
        'arn:aws:sns:eu-west-1:111111111111:a',
        '["us-west-2a","us-east-1b"]',
      ),
    )
    const cases = bases.chain((base) => fc.tuple(fc.constant(base), nameOf(base), texts))
    fc.assert(
      fc.property(cases, ([base, name, text]) => {
        fc.pre(!meansSomething(name, text))
        expect(made({ ...base, [name]: text }, stackOf(base))).toEqual([])
      }),
      { numRuns: 3_000 },
    )
  })

  it('whatever entry of a list or a map is wrong, at its own place', () => {
    const lists = ['availabilityZones', 'allowedCidrBlocks', 'deployers', 'availabilityZoneIds', 'models'] as const
    fc.assert(
      fc.property(fc.constantFrom(...lists), fc.nat(1), fc.string(), (name, index, text) => {
        const base = name in hub ? hub : spoke
        const value = JSON.parse(base[name] ?? '') as string[] | Record<string, string>
        const entries = Array.isArray(value) ? [...value, 'x'].slice(0, 2) : Object.keys(value)
        const key = Array.isArray(value) ? index : (entries[index] ?? '')
        const raw = {
          ...base,
          [name]: JSON.stringify(Array.isArray(value) ? entries.with(index, text) : { ...value, [key]: text }),
        }
        fc.pre(!meansSomething(name, text))
        expect(made(raw, stackOf(base))).toEqual([])
        const error = judged(raw, stackOf(base))
        if (!(error instanceof SettingsError) || entries.includes('x')) return
        expect(error.problems[0]?.fix).toContain(typeof key === 'number' ? `${name}[${key}]` : `${name}["${key}"]`)
      }),
    )
  })

  it('whatever is missing', () => {
    fc.assert(
      fc.property(
        bases.chain((base) => fc.tuple(fc.constant(base), fc.subarray(Object.keys(base), { minLength: 1 }))),
        ([base, names]) => {
          const raw = Object.fromEntries(Object.entries(base).filter(([name]) => !names.includes(name)))
          expect(made(raw, stackOf(base))).toEqual([])
        },
      ),
    )
  })

  it('whatever is set as well, of this role, of the other, or of nobody', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom(...Object.keys({ ...HUB_TABLE, ...SPOKE_TABLE })))
    const certificateArn = 'arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012'
    const texts = fc.constantFrom('true', '["222222222222"]', certificateArn, 'tenant1', 'small', '10.64.9.0/24')
    fc.assert(
      fc.property(bases, names, texts, (base, name, text) => {
        fc.pre(!(name in base))
        expect(made({ ...base, [name]: text }, stackOf(base))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })
})

/** Texts that say no more than another that is taken: what a command makes of them is told below, one by one. */
const meansSomething = (name: string, text: string) =>
  (/^(clientInstance|deletionProtection|modelInvocationLogging)$/.test(name) &&
    /^\s*(1|0|y|n|on|off|yes|no|true|false)\s*$/i.test(text)) ||
  // A host's name in upper case is the same in lower case.
  (name === 'domainName' && /[A-Z]/.test(text)) ||
  (/[cC]idrBlocks?$/.test(name) && /^\d+(\.\d+){3}(\/\d+)?$/.test(text)) ||
  /^\d{4}-\d{4}-\d{4}$/.test(text)

describe('a command sets what can only have been meant', () => {
  /** A slip in one setting of a good file, and what the commands make of it: that file again. */
  it.each<[RawSettings, string, string]>([
    [hub, 'deletionProtection', 'yes'],
    [hub, 'deletionProtection', 'True'],
    [hub, 'clientInstance', 'on'],
    [hub, 'keySetVia', 'Inline'],
    [hub, 'keySetVia', 'inlnie'],
    [hub, 'cidrBlock', '10.1.2.3/16'],
    [hub, 'account', '1111-1111-1111'],
    [hub, 'domainName', 'GenAI.example.com'],
    [hub, 'region', 'us-esat-1'],
    [spoke, 'cidrBlock', '10.64.4.7/24'],
    [spoke, 'account', '2222-2222-2222'],
    [spoke, 'tier', 'medum'],
    [spoke, 'defaultModel', 'goood'],
    [spoke, 'role', 'spok'],
    [hub, 'role', 'Hub'],
  ])('%#: %s', (base, name, text) => {
    const stack = stackOf(base)
    const good = readSettings(base, originOf(stack))
    const files = made({ ...base, [name]: text }, stack)
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(file).toEqual(good)
  })

  it('of an entry of a list, at its place', () => {
    const raw = { ...hub, allowedCidrBlocks: '["198.51.100.0/24","203.0.113.9/24"]' }
    const error = judged(raw, 'hub') as SettingsError
    expect(error.problems[0]?.fix).toBe("pulumi config set --path 'allowedCidrBlocks[1]' 203.0.113.0/24 -s hub")
  })

  it.each([
    ['wafRatelimit', 'genai-hub-spoke:wafRatelimit'],
    ['wafRateLimt', 'genai-hub-spoke:wafRateLimt'],
    ['the namespace', 'genai-hubspoke:wafRateLimit'],
    ['half a namespace', 'genai:wafRateLimit'],
  ])('a misspelt name is renamed, not taken away: %s', (_what, key) => {
    const { wafRateLimit = '', ...rest } = hub
    const all = Object.fromEntries(Object.entries(rest).map(([name, value]) => [`genai-hub-spoke:${name}`, value]))
    const files = made(ofProject({ ...all, [key]: wafRateLimit }, 'genai-hub-spoke'), 'hub')
    expect(files).toEqual([readSettings(hub, originOf('hub')), readSettings(hub, originOf('hub'))])
  })

  it('a setting of the other role, and one that nobody knows, is taken away by no command', () => {
    for (const name of ['tier', 'colour']) {
      const error = judged({ ...hub, [name]: 'small' }, 'hub') as SettingsError
      expect(error.problems[0]?.fix).toMatch(/^take it out of Pulumi\.hub\.yaml/)
    }
    expect((judged({ ...hub, tier: 'small' }, 'hub') as SettingsError).message).toContain('it is one of a spoke')
  })

  it('what was written is one word of the command, whatever is in it', () => {
    const tier = '{"memoryMegabytes":256,"timeoutSeconds":60,"reservedConcurrency":5}'
    const { tier: _, ...rest } = spoke
    const files = made({ ...rest, teir: tier }, 'spoke-tenant1')
    expect(files[0]).toMatchObject({ compute: { kind: 'lambda', tier: JSON.parse(tier) } })
    expect(words("a 'b c' 'it'\\''s'")).toEqual(['a', 'b c', "it's"])
  })
})

describe('a long value is not said whole', () => {
  const LONG = 'x'.repeat(5_000)
  /** As each kind of setting may have it: a text, an entry, a key, a value, and deeper inside. */
  const SHAPES: readonly string[] = [
    LONG,
    JSON.stringify([LONG]),
    JSON.stringify({ [LONG]: 'a' }),
    JSON.stringify({ a: LONG }),
    JSON.stringify({ a: [LONG] }),
    JSON.stringify({ a: { id: LONG } }),
    JSON.stringify({ a: { [LONG]: LONG } }),
    JSON.stringify({ tenant: { [LONG]: 1 }, models: { [LONG]: {} } }),
    JSON.stringify(Array.from({ length: 1_000 }, (_, index) => `entry ${index}`)),
  ]
  const site: RawSettings = { role: 'site', account: '555555555555' }
  const roles = [
    ['hub', hub, HUB_TABLE],
    ['spoke-tenant1', spoke, SPOKE_TABLE],
    ['site', site, SITE_TABLE],
  ] as const

  it.each(roles)('in any setting of %s, and a setting takes none of that length', (stack, base, table) => {
    for (const name of Object.keys(table))
      for (const text of SHAPES) {
        const error = judged({ ...base, [name]: text }, stack)
        if (!(error instanceof SettingsError)) throw new Error(`${name} takes ${text.slice(0, 40)}`)
        expect(error.message, name).not.toContain('x'.repeat(601))
        for (const { setting, got, fix } of error.problems)
          expect(Math.max(setting.length, got.length, fix.length), `${name}: ${got.slice(0, 60)}`).toBeLessThan(700)
      }
  })

  it('nor a long name; what is printed still sets what was meant, or is no command', () => {
    const unknown = judged({ ...hub, [LONG]: 'a' }, 'hub') as SettingsError
    expect(unknown.message).toMatch(/- x{400} … \(4450 characters more\) … x{150}: there is no such setting/)
    const { models: _, ...rest } = spoke
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`m${index}`, `amazon.${'n'.repeat(40)}`]))
    const misspelt = judged({ ...rest, modles: JSON.stringify(many) }, 'spoke-tenant1') as SettingsError
    expect(misspelt.problems.map(({ fix }) => fix)).toContain('call it models in Pulumi.spoke-tenant1.yaml.')
    const at = judged({ ...spoke, models: JSON.stringify({ [LONG]: 'a' }) }, 'spoke-tenant1') as SettingsError
    for (const { fix } of at.problems) expect(fix).not.toMatch(/x{601}/)
  })
})
