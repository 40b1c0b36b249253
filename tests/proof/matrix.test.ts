/** The whole isolation matrix against the local cloud: every attempt stopped, and by the layers that are there to stop it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { attemptsOn, idOf } from '../../proof/prove/attempt.ts'
import { allAttempts } from '../../proof/prove/attempts/all.ts'
import { findLimits, LIMITS } from '../../proof/prove/iam-limits.ts'
import { FIXED, LAYERS, type Layer, SWITCHED_OFF_BY } from '../../proof/prove/layers.ts'
import { passes, toJson } from '../../proof/prove/report/report.ts'
import { toMarkdown } from '../../proof/prove/report/report-text.ts'
import { depths, layerCounts } from '../../proof/prove/report/summary.ts'
import { findRevocationDelays, findSharedRemains } from '../../proof/prove/revocation-delays.ts'
import { prove, type Row } from '../../proof/prove/run.ts'
import { createSwitches } from '../../proof/prove/switches/switches.ts'
import { startTestbed, type Testbed } from '../../proof/prove/testbed/testbed.ts'
import { noSecrets, noteSecrets, secretsIn } from './used-secrets.ts'

const used = noSecrets()
const KINDS = ['tokens', 'accessKeys', 'apiKeys', 'passwords'] as const
vi.mock('../../proof/prove/testbed/api-key.ts', async (original) => {
  const real = await original<typeof import('../../proof/prove/testbed/api-key.ts')>()
  return {
    makeApiKey: async (...args: Parameters<typeof real.makeApiKey>) => {
      const key = await real.makeApiKey(...args)
      used.apiKeys.add(key)
      return key
    },
  }
})

const ATTEMPTS = attemptsOn('lambda', allAttempts)

let testbed: Testbed
let rows: ReadonlyMap<string, Row>

beforeAll(async () => {
  testbed = await startTestbed()
  noteSecrets(testbed, used)
  const made = await prove(testbed, createSwitches(testbed.platform.cloud, testbed), ATTEMPTS)
  rows = new Map(made.map((row) => [row.id, row]))
})
afterAll(() => testbed?.close())

const rowOf = (id: string): Row => {
  const row = rows.get(id)
  if (!row) throw new Error(`no row ${id}`)
  return row
}
const stoppedBy = (id: string): readonly Layer[] => rowOf(id).stops.map(({ layer }) => layer)

const EXPECTED = ATTEMPTS.map((attempt) => ({
  id: idOf(attempt),
  expected: attempt.expected,
  verdict: attempt.expected.length > 0 ? 'stopped' : 'contained',
}))

it('has a row for every attempt, each under its own name', () => {
  expect([...rows.keys()]).toEqual(EXPECTED.map(({ id }) => id))
  expect(rows.size).toBeGreaterThan(180)
})

describe('every attempt', () => {
  it.each(EXPECTED)('$id is $verdict', ({ id, expected, verdict }) => {
    expect(rowOf(id).verdict, JSON.stringify(rowOf(id).outcome)).toBe(verdict)
    expect(stoppedBy(id)).toEqual(expect.arrayContaining([...expected]))
  })
})

describe('defence in depth', () => {
  // An attempt that still fails when nothing is there to stop it would be no attempt.
  it('attempts are real: with all of their layers gone they get through, or are served as oneself', () => {
    for (const { id, attempt, stops, atLast } of rows.values()) {
      const last = stops.at(-1)
      if (last && (last.layer in FIXED || last.layer === attempt.last)) expect(atLast, id).toBeUndefined()
      else expect(atLast?.kind, id).toMatch(attempt.expected.length > 0 ? /^(through|contained)$/ : /^contained$/)
    }
  })

  it('an attempt that more than one layer stops is stopped with any one of them gone', () => {
    const deep = [...rows.values()].filter(({ stops }) => stops.length > 1)
    expect(deep.length).toBeGreaterThan(50)
    for (const { id, stops } of deep)
      for (const { layer, alone } of stops) if (alone) expect(alone.kind, `${id} without ${layer}`).toBe('stopped')
  })

  it('no layer but those that stop it matters to an attempt', () => {
    for (const { id, stops, each } of rows.values())
      for (const [layer, outcome] of each)
        if (outcome.kind === 'through')
          expect(
            stops.map((stop) => stop.layer),
            `${id} without ${layer}`,
          ).toEqual([layer])
  })

  it('a token is checked twice, whatever is wrong with it', () => {
    for (const { id, attempt, stops } of rows.values())
      if (attempt.family === 'tokens') expect(stops.length, id).toBeGreaterThanOrEqual(2)
  })

  it('where one layer only stops an attempt it is said why: of the layer, or of the attempt', () => {
    for (const { id, attempt, stops } of rows.values())
      if (stops.length === 1 && !(stops[0] && stops[0].layer in FIXED)) expect(attempt.remark ?? '', id).not.toBe('')
  })

  it('one function is kept from another tenant by four layers', () => {
    expect(stoppedBy('identity/function-becomes-other-role')).toEqual([
      'executionRole',
      'trustPolicy',
      'permissionsBoundary',
      'securityGroups',
    ])
  })

  it('spokes are kept apart by routes, Transit Gateway tables and security groups', () => {
    expect(stoppedBy('network/spoke-to-spoke')).toEqual(['vpcRoutes', 'transitGateway', 'securityGroups'])
  })

  it('an expired credential is refused for being expired', () => {
    expect(rowOf('identity/expired-credential').outcome).toMatchObject({
      detail: expect.stringMatching(/^ExpiredToken/),
    })
  })

  it('what IAM cannot refuse is refused by the program alone, and said so', () => {
    for (const { id, attempt, stops, atLast } of rows.values()) {
      if (!id.startsWith('deployment/claims-')) continue
      expect(
        stops.map(({ layer }) => layer),
        id,
      ).toEqual(['program'])
      expect(atLast?.kind, id).toBe('through')
      expect(attempt.remark ?? '', id).toMatch(/IAM cannot refuse it|AWS itself/)
    }
  })
})

describe('what IAM cannot refuse', () => {
  it('is still so, as the report says of each', async () => {
    const found = await findLimits(testbed)
    expect(found.filter(({ allowed }) => !allowed)).toEqual([])
    expect(found.length).toBe(LIMITS.length)
  })
})

describe('what stays possible for a while', () => {
  it('is still so, as the report says of each', async () => {
    const remains = await findRevocationDelays(testbed)
    expect(remains.map(({ outcome }) => outcome.kind)).toEqual(['through', 'through', 'through'])
    expect(remains[0]?.until).toBe('it expires, 30 minutes after it was issued')
    expect((await findSharedRemains(testbed)).map(({ outcome }) => outcome.kind)).toEqual(['through'])
  })
})

describe('every layer', () => {
  it('stops an attempt by itself, and is either switched off for every other one or said to be none that can be', () => {
    const counts = layerCounts([...rows.values()])
    expect(counts.map(({ layer }) => layer)).toEqual(Object.keys(LAYERS))
    for (const { layer, stops, madeWithout, switchedOffBy } of counts) {
      expect(stops, layer).toBeGreaterThan(0)
      // The table item is the last layer of a few bodies: no item could list such a model.
      expect(madeWithout, layer).toBeGreaterThanOrEqual(layer in FIXED ? 0 : rows.size - 5)
      expect(switchedOffBy, layer).not.toBe('')
    }
  })

  // As issue and threat model name them.
  it.each<Layer>([
    ...(['loadBalancerToken', 'functionToken', 'tenantMatch', 'tableItem', 'executionRole', 'trustPolicy'] as const),
    ...(['spokeRole', 'endpointPolicy', 'serviceControl', 'transitGateway', 'vpcRoutes', 'securityGroups'] as const),
  ])('%s is one of several for some attempt', (layer) => {
    const deep = [...rows.values()].filter(
      ({ stops }) => stops.length > 1 && stops.some((stop) => stop.layer === layer),
    )
    expect(deep.length).toBeGreaterThan(0)
  })

  it('is in the table of docs/isolation.md, with how it is switched off', () => {
    const lines = readFileSync(join(import.meta.dirname, '../../docs/isolation.md'), 'utf8').split('\n')
    for (const [layer, how] of Object.entries(SWITCHED_OFF_BY))
      expect(lines).toContain(`| ${LAYERS[layer as Layer]} | ${how} |`)
  })
})

describe('the platform afterwards', () => {
  it('is as it was: the tenants are served, and nothing of the switches is left', async () => {
    expect((await testbed.platform.invoke('tenant1')).status).toBe(200)
    expect((await testbed.platform.invoke('tenant2')).status).toBe(200)
    const left = testbed.platform.cloud.ledger.all().filter(({ urn }) => /without|opened|fresh/.test(urn))
    expect(left).toEqual([])
  })
})

/** Ids and addresses come from the names of resources; what a row says does not. */
const withoutIds = (line: string) => line.replace(/-0[0-9a-f]{16}\b|\b\d+\.\d+\.\d+\.\d+\b/g, '…')

describe('the report', () => {
  const report = () => ({
    target: 'the local cloud',
    madeAt: '2026-01-01T00:00:00Z',
    versions: { project: '1', node: '24', contract: 2 },
    seconds: 1,
    rows: [...rows.values()],
  })

  it('has a line for every attempt, in a table that no cell breaks', () => {
    const lines = toMarkdown(report()).split('\n')
    for (const { id } of EXPECTED) expect(lines.filter((line) => line.includes(`<br>\`${id}\``))).toHaveLength(1)
    for (const line of lines.filter((one) => one.includes('<br>`'))) expect(line.split(/(?<!\\)\|/)).toHaveLength(7)
    const network = depths([...rows.values()]).find(({ family }) => family === 'network')
    expect(network).toMatchObject({ stopped: 23, byThreeOrMore: 3 })
    expect(lines.find((one) => one.startsWith('| network | 23 |'))).toBeDefined()
  })

  it('has the rows that docs/isolation.md shows', () => {
    const documented = readFileSync(join(import.meta.dirname, '../../docs/isolation.md'), 'utf8').split('\n')
    const shown = documented.filter((line) => line.includes('<br>`'))
    expect(shown.length).toBeGreaterThan(5)
    const lines = toMarkdown(report()).split('\n').map(withoutIds)
    for (const line of shown) expect(lines).toContain(withoutIds(line))
  })

  it('says the same as JSON, with every layer that can be switched off', () => {
    const { format, passes: passed, attempts } = JSON.parse(toJson(report()))
    expect({ format, passed }).toEqual({ format: 1, passed: true })
    expect(attempts).toHaveLength(EXPECTED.length)
    const spokes = attempts.find(({ id }: { id: string }) => id === 'network/spoke-to-spoke')
    expect(spokes.stoppedBy.map(({ layer }: { layer: string }) => layer)).toEqual([
      'vpcRoutes',
      'transitGateway',
      'securityGroups',
    ])
    expect(spokes.withEachLayerGone.vpcRoutes).toEqual(['transitGateway'])
    expect(spokes.withEachLayerGone.loadBalancerToken).toEqual(['vpcRoutes'])
    expect(spokes.withoutAll.kind).toBe('through')
  })

  it('has the fields in JSON that docs/isolation.md describes, and no others', () => {
    const documented = readFileSync(join(import.meta.dirname, '../../docs/isolation.md'), 'utf8')
    const fieldsIn = (heading: string) => {
      const table = documented.split(heading)[1]?.split('\n\n')[1] ?? ''
      return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)
    }
    const whole = JSON.parse(toJson(report()))
    expect(Object.keys(whole).sort()).toEqual(fieldsIn('#### The whole').sort())
    const fields = new Set(whole.attempts.flatMap((attempt: object) => Object.keys(attempt)))
    expect([...fields].sort()).toEqual(fieldsIn('#### An attempt').sort())
  })

  it('holds no token, key or password of those that were used, nor anything that looks like one', async () => {
    const whole = { ...report(), limits: await findLimits(testbed), remains: await findRevocationDelays(testbed) }
    const text = toMarkdown(whole) + toJson(whole)
    expect(used.tokens.size).toBeGreaterThan(30)
    expect(used.accessKeys.size).toBeGreaterThan(30)
    expect(used.apiKeys.size).toBeGreaterThan(2)
    expect(used.passwords.size).toBeGreaterThan(0)
    expect(secretsIn(text, used)).toEqual([])
    expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]{10}/)
    expect(text).not.toMatch(/ASIA[A-Z2-7]{16}/)
    expect(text).not.toMatch(/bedrock-api-key-[A-Za-z0-9+/]/)
  })

  it.each([...KINDS])('would be found out if it held one of the %s', (kind) => {
    const [first, ...others] = [...rows.values()]
    const secret = [...used[kind]].at(-1)
    if (!first || !secret) throw new Error('nothing was made')
    const telling = { ...first, outcome: { kind: 'contained', detail: `answered 200: ${secret}` }, stops: [] } as const
    expect(secretsIn(toMarkdown({ ...report(), rows: [telling, ...others] }), used)).toContain(secret)
    expect(secretsIn(toJson({ ...report(), rows: [telling, ...others] }), used)).toContain(secret)
  })

  it('says how the attempts are made in a list of its own, and counts as people read', () => {
    const text = toMarkdown(report())
    expect(text).toMatch(/How the attempts are made:\n\n- request: .*;\n(- .*;\n)+- program: .*\.\n\n/)
    expect(text).toMatch(/\| Times that an attempt was made \| \d,\d{3} \|/)
  })

  it('passes only when there is something to pass', () => {
    expect(passes(report())).toBe(true)
    expect(passes({ rows: [] })).toBe(false)
  })
})
