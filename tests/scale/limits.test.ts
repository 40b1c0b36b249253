/**
 * The limits of a hub, refused when a stack is deployed directly, with nothing made: by the program, which sees the other
 * tenants' stack files and the hub's outputs; without those files by what it finds deployed, and by what AWS refuses itself.
 */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY, withSettings } from '../../cli/pulumi/stack-files.ts'
import { PROGRAM } from '../../proof/harness/cli-provider.ts'
import { hubStack, organizationOf } from '../../proof/soak/tenants.ts'
import { tenantStacks } from './tenant-stacks.ts'

const RULE = 'aws:lb/listenerRule:ListenerRule'
const FUNCTION = 'aws:lambda/function:Function'

const { tenants, stackOf } = tenantStacks(92)

let directory: string
let cloud: LocalCloud
let program: () => Promise<Record<string, unknown>>

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'genai-limits-'))
  for (const entry of PROGRAM) cpSync(join(PROJECT_DIRECTORY, entry), join(directory, entry), { recursive: true })
  symlinkSync(join(PROJECT_DIRECTORY, 'node_modules'), join(directory, 'node_modules'))
  cloud = await startCloud({ directory: join(directory, 'cloud'), organization: organizationOf(tenants) })
  program = (await import(pathToFileURL(join(directory, 'index.ts')).href)).default
})
afterEach(async () => {
  await cloud.close()
  rmSync(directory, { recursive: true, force: true })
})

/** The stack files beside the program. */
function write(...stacks: readonly Stack[]): void {
  for (const { stack, config } of stacks)
    writeFileSync(join(directory, `Pulumi.${stack}.yaml`), JSON.stringify({ config }))
}

const contents = (ledger: Ledger) => ({ version: ledger.version, resources: ledger.all(), stacks: ledger.stacks() })

async function refused(stack: Stack, message: RegExp): Promise<void> {
  const before = contents(cloud.ledger)
  await expect(cloud.deploy(stack, program)).rejects.toThrow(message)
  expect(contents(cloud.ledger)).toEqual(before)
}

describe('beside the stack files of the others', () => {
  it('the 91st tenant of a load balancer is refused, and the 90th is not', async () => {
    await cloud.deploy(hubStack(), program)
    write(...Array.from({ length: 89 }, (_, index) => stackOf(index + 1)))
    await cloud.deploy(stackOf(90), program)
    write(stackOf(90))
    // Its own file is not there: what is deployed counts, not what is written.
    await refused(
      stackOf(91),
      /has 91 tenants, and its load balancer carries 90: .*second hub, a cell .*docs\/operations\.md/s,
    )
  })

  it('reservations over the account’s concurrency are refused, by what the hub says it has', async () => {
    await cloud.deploy(withSettings(hubStack(), { concurrencyLimit: '125' }), program)
    write(stackOf(1), stackOf(2))
    await refused(
      stackOf(2, { tier: 'large' }),
      /reserve \d+ concurrent executions together, but the hub's account has 25 .*concurrencyLimit/s,
    )
  })

  it('a tenant for whom no address is left is refused', async () => {
    await cloud.deploy(withSettings(hubStack(), { spokesCidrBlock: '10.64.0.0/20' }), program)
    write(...Array.from({ length: 16 }, (_, index) => stackOf(index + 1)))
    await refused(
      stackOf(17, { cidrBlock: '10.64.3.0/24' }),
      /supernet 10\.64\.0\.0\/20 is full: no \/24 is free for spoke-tenant17.*second hub, a cell .*docs\/operations\.md/s,
    )
  })
})

/** As if there were so many more of a resource, each with ids and outputs of its own. */
const copies = (of: Declared, count: number, outputs: (number: number) => Declared['outputs']): readonly Declared[] =>
  Array.from({ length: count }, (_, number) => ({
    ...of,
    urn: `${of.urn}-${number}`,
    id: `${of.id}${number}`,
    outputs: { ...of.outputs, ...outputs(number) },
  }))

/** What a deployed tenant has on the Transit Gateway, copied: what the hub's table makes of them is what the program counts. */
async function putTenants(like: number, count: number): Promise<void> {
  const prefix = `urn:pulumi:spoke-tenant${like}::`
  const own = (type: string) => {
    const found = cloud.ledger.all(type).find(({ urn }) => urn.startsWith(prefix))
    if (!found) throw new Error(`tenant${like} has no ${type}`)
    return found
  }
  const vpc = own('aws:ec2/vpc:Vpc')
  const attachment = own('aws:ec2transitgateway/vpcAttachment:VpcAttachment')
  const accepter = own('aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter')
  const propagation = own('aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation')
  const named = (of: Declared, more: (number: number) => Declared['outputs']) =>
    copies(of, count, more).map((copy, number) => ({ ...copy, inputs: { ...copy.inputs, ...more(number) } }))
  const attached = (number: number) => ({ transitGatewayAttachmentId: `${attachment.id}${number}` })
  for (const copy of [
    ...named(vpc, (number) => ({ cidrBlock: `10.65.${number}.0/24` })),
    ...named(attachment, (number) => ({ vpcId: `${vpc.id}${number}` })),
    ...named(accepter, attached),
    ...named(propagation, attached),
  ])
    await cloud.ledger.put(copy)
}

describe('from a folder of its own, by what is deployed', () => {
  it('the 91st tenant is refused; the 90th is not, nor its next deployment', async () => {
    await cloud.deploy(hubStack(), program)
    await cloud.deploy(stackOf(1), program)
    await putTenants(1, 88)
    await cloud.deploy(stackOf(2), program)
    await refused(
      stackOf(3),
      /has 91 tenants, and its load balancer carries 90: .*second hub, a cell .*docs\/operations\.md/s,
    )
    await cloud.deploy(stackOf(2), program)
  })

  it('a block that another tenant has, or a part of it, is refused, and so is a full supernet', async () => {
    await cloud.deploy(withSettings(hubStack(), { spokesCidrBlock: '10.64.0.0/20' }), program)
    await cloud.deploy(stackOf(1, { cidrBlock: '10.64.0.0/21' }), program)
    for (const block of ['10.64.0.0/21', '10.64.3.0/24', '10.64.0.0/20'])
      await refused(
        stackOf(2, { cidrBlock: block }),
        block.endsWith('/20')
          ? /supernet 10\.64\.0\.0\/20 is full: no \/20 is free for tenant2/
          : /CIDR block of tenant2 .* overlaps 10\.64\.0\.0\/21, which another tenant .*The next free one is 10\.64\.8\.0/,
      )
    await cloud.deploy(stackOf(2, { cidrBlock: '10.64.8.0/21' }), program)
    await refused(
      stackOf(3, { cidrBlock: '10.64.3.0/24' }),
      /supernet 10\.64\.0\.0\/20 is full: no \/24 is free for tenant3.*second hub, a cell .*docs\/operations\.md/s,
    )
    // What is there stays as it is, and moves nowhere that is in its own way.
    await cloud.deploy(stackOf(2, { cidrBlock: '10.64.8.0/21' }), program)
    await refused(
      stackOf(2, { cidrBlock: '10.64.8.0/24' }),
      /tenant2 cannot move from 10\.64\.8\.0\/21 to 10\.64\.8\.0\/24/,
    )
  })

  it('a stack’s tenant keeps its id', async () => {
    await cloud.deploy(hubStack(), program)
    await cloud.deploy(stackOf(1), program)
    await refused(
      stackOf(1, { tenantId: 'tenant9' }),
      /This stack holds another tenant than tenant9: .*Put tenantId back/s,
    )
    await cloud.destroy(stackOf(1))
    await cloud.deploy(stackOf(1, { tenantId: 'tenant9' }), program)
  })

  it('a tenant that has gone makes room', async () => {
    await cloud.deploy(hubStack(), program)
    await cloud.deploy(stackOf(1), program)
    const taken = stackOf(2, { cidrBlock: '10.64.0.0/24' })
    await refused(taken, /overlaps 10\.64\.0\.0\/24, which another tenant/)
    await cloud.destroy(stackOf(1))
    await cloud.deploy(taken, program)
  })
})

describe('without the others’ files, as AWS refuses', () => {
  it('the 101st rule', async () => {
    await cloud.deploy(hubStack(), program)
    await cloud.deploy(stackOf(1), program)
    const rules = cloud.ledger.all(RULE)
    const own = rules.find(({ urn }) => urn.includes('spoke-tenant1'))
    if (!own) throw new Error('tenant1 has no rule')
    for (const copy of copies(own, 100 - rules.length, (number) => ({
      arn: `${own.id}${number}`,
      priority: 1000 + number,
    })))
      await cloud.ledger.put(copy)
    await refused(stackOf(2), /TooManyRules: The maximum number of rules per load balancer.* is 100/)
  })

  it('a reservation that leaves less than 100', async () => {
    await cloud.deploy(hubStack(), program)
    await cloud.deploy(stackOf(1), program)
    const own = cloud.ledger.all(FUNCTION).find(({ urn }) => urn.includes('spoke-tenant1'))
    if (!own) throw new Error('tenant1 has no function')
    await cloud.ledger.put({ ...own, outputs: { ...own.outputs, reservedConcurrentExecutions: 4_899 } })
    await refused(stackOf(2), /UnreservedConcurrentExecution below its minimum value of \[100\]/)
  })
})
