/** What the next `up` does to those who deployed an earlier version: nothing of theirs is replaced or deleted. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Declared, Properties } from '@genai/local-cloud/ledger/ledger'
import { describe, expect, it } from 'vitest'
import { withSettings } from '../../cli/pulumi/stack-files.ts'
import { ACCEPTED } from './accepted.ts'
import { deployVariant } from './deployed.ts'
import { type Deployed, fixtureNames, readFixture } from './fixture.ts'
import { type Upgrade, upgrade } from './upgrade.ts'
import { NEW_AT_SHARED_ENDPOINT, OPENED, VARIANTS } from './variants.ts'

const recorded = fixtureNames().flatMap((name) =>
  readFixture(name).map((deployed) => [`${name}: ${deployed.variant}`, deployed, ACCEPTED[name] ?? []] as const),
)

describe('an upgrade', () => {
  it.each(recorded)('of %s replaces and deletes nothing', async (_, deployed, accepted) => {
    const { losses } = await upgrade(deployed)
    expect(losses.filter((loss) => !accepted.some(({ of }) => of.test(loss)))).toEqual([])
  })

  it('that replaces or deletes all the same is told in the changelog', () => {
    const changelog = readFileSync(join(import.meta.dirname, '../../CHANGELOG.md'), 'utf8')
    for (const { said } of Object.values(ACCEPTED).flat()) expect(changelog).toContain(said)
  })
})

describe('what is turned on over an earlier version', () => {
  const opened = fixtureNames().flatMap((name) => Object.entries(OPENED).map(([what, of]) => [name, what, of] as const))

  /** The sample, as the version deployed it, with today's settings and, at the shared endpoint, a tenant besides. */
  function turnedOn(name: string, what: string, of: (typeof OPENED)[string]): Deployed {
    const [sample] = readFixture(name)
    const tenant = sample?.stacks.find(({ stack }) => stack === 'spoke-tenant1')
    if (!sample || !tenant) throw new Error(`${name} has no sample`)
    const stacks = sample.stacks.map((stack) => withSettings(stack, of[stack.stack] ?? {}))
    const added = { ...withSettings(tenant, NEW_AT_SHARED_ENDPOINT), stack: 'spoke-tenant3', outputs: {} }
    return { ...sample, stacks: what.includes('share') ? [...stacks, added] : stacks }
  }

  it.each(opened)('%s: %s replaces and deletes nothing', async (name, what, of) => {
    const { losses, made } = await upgrade(turnedOn(name, what, of))
    expect(losses).toEqual([])
    expect(made).toContainEqual(
      expect.stringMatching(what.includes('share') ? /::central-models$/ : /::gateway-endpoint$/),
    )
  })
})

/** Stacks that no version was released with: recorded with the next one. */
const unrecorded = Object.entries(VARIANTS).filter(([name]) => !recorded.some(([, { variant }]) => variant === name))

describe('a variant that no released version has', () => {
  it.each(unrecorded)('%s: is deployed, and deployed again without a loss', async (variant, settings) => {
    const deployed = await deployVariant(variant, settings)
    expect((await upgrade(deployed)).losses).toEqual([])
  })
})

describe('the comparison', () => {
  const [first] = readFixture(fixtureNames()[0] ?? '')

  /** Upgrades the hub or a tenant, as if it had been deployed by a version that differs from today's in one resource. */
  async function changed(stack: string, name: string, change: (one: Declared) => Partial<Declared>): Promise<Upgrade> {
    if (!first) throw new Error('no fixture')
    const found = first.resources.filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`) && urn.endsWith(name))
    if (found.length !== 1) throw new Error(`${found.length} resources of ${stack} end in ${name}`)
    const resources = first.resources.map((one) => (one === found[0] ? { ...one, ...change(one) } : one))
    return await upgrade({ ...first, resources }, [stack])
  }

  const input = (inputs: Properties) => (one: Declared) => ({
    inputs: { ...one.inputs, ...inputs },
    outputs: { ...one.outputs, ...inputs },
  })
  const renamed = (from: string, to: string) => (one: Declared) => ({ urn: one.urn.replace(from, to) })

  it.each([
    ["a group's description", 'hub', 'SecurityGroup::endpoints', { description: 'Other words' }, 'description'],
    ["a policy's description", 'hub', 'Policy::onboarding-routing', { description: 'Other words' }, 'description'],
  ])('sees %s', async (_, stack, name, inputs, why) => {
    const { losses } = await changed(stack, name, input(inputs))
    expect(losses).toEqual([expect.stringMatching(`^replaced: .*${name}, as ${why} changed$`)])
  })

  it.each([
    // AWS has the old one still, under the same name (in the local cloud, ids are derived).
    [
      'logical name',
      'hub',
      'LogGroup::network-flow-logs',
      '::network-flow-logs',
      '::flow-logs',
      /^refused: hub: creating network-flow-logs .*ResourceAlreadyExists/,
    ],
    // And the old item, under the same key.
    [
      "component's type token",
      'spoke-tenant1',
      'TableItem::lane',
      'genai:spoke:HubLane',
      'genai:spoke:Ingress',
      /^refused: spoke-tenant1: creating lane .*ConditionalCheckFailed/,
    ],
    [
      'parent component',
      'spoke-tenant1',
      'RolePolicy::lane',
      'genai:spoke:HubLane$',
      '',
      /^deleted: .*:RolePolicy::lane$/,
    ],
  ])('sees another %s', async (_, stack, name, from, to, loss) => {
    const { losses } = await changed(stack, name, renamed(from, to))
    expect(losses).toEqual([expect.stringMatching(loss)])
  })

  it('lets be what is changed in place', async () => {
    const { losses, updated } = await changed('spoke-tenant1', 'function:Function::lane', input({ timeout: 17 }))
    expect(losses).toEqual([])
    expect(updated).toContainEqual(expect.stringMatching(/Function::lane$/))
  })
})
