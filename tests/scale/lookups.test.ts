/**
 * What a tenant costs does not depend on how many there are: counted in resources that are looked at, which no busy machine
 * changes. A search through everything, once for each tenant, would make the cost of all of them quadratic.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import { reach } from '@genai/local-cloud/network/reach'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import program from '../../index.ts'
import { hubStack, organizationOf, spokeStack, tenantsOf } from '../../proof/soak/tenants.ts'

const [FEW, MANY] = [4, 24]
/**
 * How many more resources may be looked at for each other tenant. What AWS counts over all of them is counted: rules and target
 * groups of the load balancer, reservations, VPCs; and the hub's routes are read with what they lead to, before anything is
 * made. A single search through everything would be 53.
 */
const MOST_MORE = 20

const tenants = tenantsOf(MANY + 1)
const directory = mkdtempSync(join(tmpdir(), 'genai-lookups-'))
let cloud: LocalCloud
/** Resources that were handed out by a ledger, whoever asked. */
let seen = 0

beforeAll(async () => {
  const all = Ledger.prototype.all
  const lookUp = Ledger.prototype.lookUp
  vi.spyOn(Ledger.prototype, 'all').mockImplementation(function (this: Ledger, ...args) {
    return counted(all.apply(this, args))
  })
  vi.spyOn(Ledger.prototype, 'lookUp').mockImplementation(function (this: Ledger, ...args) {
    return counted(lookUp.apply(this, args))
  })
  cloud = await startCloud({ directory, organization: organizationOf(tenants) })
  await cloud.deploy(hubStack(), program)
})
afterAll(async () => {
  vi.restoreAllMocks()
  await cloud.close()
  rmSync(directory, { recursive: true })
})

function counted<T>(found: readonly T[]): readonly T[] {
  seen += found.length
  return found
}

async function lookedAt(work: () => unknown): Promise<number> {
  seen = 0
  await work()
  return seen
}

const stackOf = (number: number) => {
  const tenant = tenants[number - 1]
  if (!tenant) throw new Error(`There is no tenant ${number}.`)
  return spokeStack(tenant, number - 1)
}

/** What the tenant of that number costs, when those before it are there. */
async function costOf(number: number) {
  const deployed = await lookedAt(() => cloud.deploy(stackOf(number), program))
  const again = await lookedAt(() => cloud.deploy(stackOf(number), program))
  const destroyed = await lookedAt(() => cloud.destroy(stackOf(number)))
  await cloud.deploy(stackOf(number), program)
  const account = cloud.organization.accounts[0]?.id ?? ''
  const found = cloud.ledger
    .all('aws:ec2/vpcEndpoint:VpcEndpoint')
    .find(({ urn }) => urn.includes(stackOf(number).stack))
  const [{ dnsName = '' } = {}] = (found?.outputs.dnsEntries ?? []) as readonly { readonly dnsName?: string }[]
  const path = await lookedAt(() => {
    const functionName = `genai-gateway-${tenants[number - 1]?.id}`
    const outcome = reach(cloud.ledger, { kind: 'function', functionName, account }, dnsName, 443)
    expect(outcome).toMatchObject({ reachable: true })
  })
  return { deployed, again, destroyed, path }
}

it(`tenant ${MANY} looks at little more than tenant ${FEW}, and its requests at nothing more`, async () => {
  for (let number = 1; number < FEW; number += 1) await cloud.deploy(stackOf(number), program)
  const few = await costOf(FEW)
  for (let number = FEW + 1; number < MANY; number += 1) await cloud.deploy(stackOf(number), program)
  const many = await costOf(MANY)
  for (const name of ['deployed', 'again', 'destroyed'] as const) {
    expect(few[name], name).toBeGreaterThan(0)
    expect((many[name] - few[name]) / (MANY - FEW), name).toBeLessThan(MOST_MORE)
  }
  expect(few.path).toBeGreaterThan(0)
  expect(many.path).toBe(few.path)
})
