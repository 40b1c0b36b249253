/** The matrix can fail: a platform with a hole in it is reported, with the row and the layer that is missing, and exit code 1. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { finish } from '../../cli/verbs/prove.ts'
import { FAMILIES, idOf } from '../../proof/prove/attempt.ts'
import { allAttempts } from '../../proof/prove/attempts/all.ts'
import { ALL_LAYERS, FIXED, LAYERS, type Layer } from '../../proof/prove/layers.ts'
import { prove, type Row } from '../../proof/prove/run.ts'
import { createSwitches } from '../../proof/prove/switches/switches.ts'
import { startTestbed, type Testbed } from '../../proof/prove/testbed/testbed.ts'
import { organization } from '../../sample-organization.ts'
import { FAMILY_SABOTAGES } from './family-sabotages.ts'
import { SABOTAGES } from './sabotages.ts'

/** The program's checks of the other stack files and of what is deployed, which one test takes away. */
const program = vi.hoisted(() => ({ files: true, deployed: true }))
vi.mock('../../spoke/preflight/stack-files.ts', async (original) => {
  const real = await original<typeof import('../../spoke/preflight/stack-files.ts')>()
  return {
    ...real,
    checkStackFiles: (...args: Parameters<typeof real.checkStackFiles>) =>
      program.files ? real.checkStackFiles(...args) : undefined,
  }
})
vi.mock('../../spoke/preflight/deployed-tenants.ts', async (original) => {
  const real = await original<typeof import('../../spoke/preflight/deployed-tenants.ts')>()
  return {
    ...real,
    checkDeployed: (...args: Parameters<typeof real.checkDeployed>) =>
      program.deployed ? real.checkDeployed(...args) : undefined,
  }
})

let testbed: Testbed
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sabotage-'))
  testbed = await startTestbed()
})
afterAll(async () => {
  await testbed?.close()
  rmSync(directory, { recursive: true })
})

/** One attempt on the platform as it is now, peeled. */
async function rowOf(id: string, at = testbed): Promise<Row> {
  const attempts = allAttempts.filter((attempt) => idOf(attempt) === id)
  const [row] = await prove(at, createSwitches(at.platform.cloud, at), attempts, [])
  if (!row) throw new Error(`no attempt ${id}`)
  return row
}

/** What `npm run prove` ends with when it finds this. */
function conclusionOf(row: Row) {
  const told: string[] = []
  const terminal = { line: (text = '') => void told.push(text), style: (_: unknown, text: string) => text }
  const versions = { project: '0', node: '0', contract: 0 }
  const report = { target: 'a test', madeAt: '2026-01-01T00:00:00Z', versions, seconds: 0, rows: [row] }
  const exitCode = finish(report, directory, terminal)
  return {
    exitCode,
    told: told.join('\n'),
    text: readFileSync(join(directory, 'isolation-report.md'), 'utf8'),
    json: JSON.parse(readFileSync(join(directory, 'isolation-report.json'), 'utf8')),
  }
}

/** Declares something else while `work` runs. */
async function instead<T>(resources: readonly Declared[], work: () => Promise<T>): Promise<T> {
  const { ledger } = testbed.platform.cloud
  const before = resources.map(({ urn }) => ledger.byUrn(urn))
  for (const resource of resources) await ledger.put(resource)
  try {
    return await work()
  } finally {
    for (const [index, { urn }] of resources.entries()) {
      const was = before[index]
      if (was) await ledger.put(was)
      else await ledger.delete(urn)
    }
  }
}

function expectFailure(row: Row, layer: Layer, verdict: Row['verdict']): void {
  expect(row.verdict).toBe(verdict)
  expect(row.stops.map((stop) => stop.layer)).not.toContain(layer)
  const { exitCode, told, text, json } = conclusionOf(row)
  expect(exitCode).toBe(1)
  expect(told).toContain(row.id)
  expect(text).toContain('**FAILED**')
  expect(text).toMatch(verdict === 'weakened' ? `**WEAKENED**: not by` : '**NOT STOPPED**')
  if (verdict === 'weakened') expect(told).toContain(layer)
  expect(json).toMatchObject({ passes: false, attempts: [{ id: row.id, verdict }] })
}

describe('a mistake in one layer makes the report fail and names the row', () => {
  it.each(SABOTAGES)('$layer: $mistake → $id is $verdict', async ({ layer, id, verdict, declare }) => {
    await instead(await declare(testbed), async () => expectFailure(await rowOf(id), layer, verdict))
  })

  it.each(FAMILY_SABOTAGES)('$id by $layer: $mistake → $verdict', async ({ layer, id, verdict, declare }) => {
    await instead(await declare(testbed), async () => expectFailure(await rowOf(id), layer, verdict))
  })

  it('every family has a mistake of its own', () => {
    expect(FAMILY_SABOTAGES.map(({ id }) => id.split('/')[0])).toEqual([...FAMILIES])
  })

  it('firewall: not associated with the load balancer → paths/long is weakened', async () => {
    const associations = testbed.platform.cloud.ledger.all('aws:wafv2/webAclAssociation:WebAclAssociation')
    await testbed.platform.without(associations, async () => {
      expectFailure(await rowOf('paths/long'), 'firewall', 'weakened')
    })
  })

  it("userStatus: a removed tenant's user left enabled → users/removed-tenant-id-reused is weakened", async () => {
    const { operator, former } = testbed.people
    await operator.enable(former.username)
    try {
      expectFailure(await rowOf('users/removed-tenant-id-reused'), 'userStatus', 'weakened')
    } finally {
      await operator.disable(former.username)
    }
  })

  it('serviceControl: an organisation without guard rails → identity/api-key-made is not stopped', async () => {
    const accounts = organization.accounts.map((account) => ({ ...account, serviceControlPolicies: [] }))
    const other = await startTestbed({ organization: { ...organization, accounts } })
    try {
      expectFailure(await rowOf('identity/api-key-made', other), 'serviceControl', 'not stopped')
      for (const id of ['identity/batch-of-administrator', 'identity/mantle-of-administrator'])
        expectFailure(await rowOf(id, other), 'serviceControl', 'not stopped')
      expectFailure(await rowOf('identity/mantle-of-role', other), 'serviceControl', 'weakened')
    } finally {
      await other.close()
    }
  })

  it.each([
    [
      'deployment/claims-other-cidr',
      { files: false, deployed: false },
      'neither the other stack files nor what is deployed',
    ],
    ['deployment/claims-deployed-cidr', { files: true, deployed: false }, 'what is deployed is not looked at'],
    ['deployment/claims-other-id', { files: false, deployed: true }, 'the other stack files are not looked at'],
  ])('program: → %s is not stopped (%o: %s)', async (id, without) => {
    Object.assign(program, without)
    try {
      expectFailure(await rowOf(id), 'program', 'not stopped')
    } finally {
      Object.assign(program, { files: true, deployed: true })
    }
  })

  it('every layer that can be switched off is broken above, but the one that no program declares', () => {
    const broken: ReadonlySet<Layer> = new Set([
      ...SABOTAGES.map(({ layer }) => layer),
      ...(['firewall', 'userStatus', 'serviceControl', 'program'] as const),
    ])
    // Another account's own policies: the hub has none that would let anybody else in, so there is nothing to break.
    expect(ALL_LAYERS.filter((layer) => !(layer in FIXED) && !broken.has(layer))).toEqual(['otherAccount'])
  })

  it('two at once let a forged token through', async () => {
    const both = SABOTAGES.filter(({ id }) => id === 'tokens/alg-none')
    const resources = (await Promise.all(both.map(({ declare }) => declare(testbed)))).flat()
    const row = await instead(resources, () => rowOf('tokens/alg-none'))
    expect(row).toMatchObject({ verdict: 'not stopped', stops: [] })
  })

  it('without the mistake the same attempts are stopped, and the exit code is 0', async () => {
    for (const id of new Set([...SABOTAGES, ...FAMILY_SABOTAGES].map((sabotage) => sabotage.id))) {
      const row = await rowOf(id)
      expect(row.verdict, id).toBe('stopped')
      expect(conclusionOf(row), LAYERS[row.stops[0]?.layer ?? 'program']).toMatchObject({ exitCode: 0 })
    }
  })
})
