/** The rules over the real programs, as the sample stacks and their variants declare them: nothing is violated. */

import { deploy, type Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { createAuthorize } from '@genai/local-cloud/iam/authorize'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import { describe, expect, it } from 'vitest'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import { readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import program from '../../index.ts'
import { DECLARED_TYPES } from '../../policy-pack/known-types.ts'
import { violationsOf } from '../../policy-pack/rules.ts'
import { organization } from '../../sample-organization.ts'
import { FEDERATED } from '../federated.ts'
import { asResources } from './declared.ts'

const sample = (name: string, change: Change = {}): Stack => withSettings(readStack(name), change)

type Change = Readonly<Record<string, string | undefined>>
type World = [change?: Change, tenant?: Change, ramSharing?: boolean]

/** Each world is deployed once: nothing here changes one. */
const worlds = new Map<string, Promise<Ledger>>()

function deployed(...[change = {}, tenant = {}, ramSharing = true]: World): Promise<Ledger> {
  const key = JSON.stringify([Object.entries(change), tenant, ramSharing])
  const world = worlds.get(key) ?? declared(change, tenant, ramSharing)
  worlds.set(key, world)
  return world
}

async function declared(change: Change, tenant: Change, ramSharing: boolean): Promise<Ledger> {
  const images = await localImages()
  const cloud = { ledger: new Ledger(), organization: { ...organization, ramSharing, images }, createAuthorize }
  for (const stack of [sample('hub', change), sample('spoke-tenant1', tenant), sample('spoke-tenant2')])
    await deploy(cloud, stack, program)
  if (change.browserOrigin !== undefined) await deploy(cloud, sample('site'), program)
  return cloud.ledger
}

const STACKS = ['hub', 'spoke-tenant1', 'spoke-tenant2']
const FARGATE = { fargate: 'true', gatewayBaseImage: LOCAL_FARGATE.gatewayBaseImage }
const DOOR = {
  loadBalancer: 'internal',
  allowedCidrBlocks: '["10.0.0.0/8"]',
  endpointService: 'true',
  endpointServiceAccounts: '["555555555555"]',
}
const DEMO = { domainName: undefined, hostedZoneId: undefined, allowInsecureHttp: 'true' }

describe('the programs hold to every rule', () => {
  it.each<[string, Record<string, string | undefined>]>([
    ['as the samples have them', {}],
    ['as a demo without TLS', DEMO],
    ['with NAT gateways', { keySetVia: 'nat' }],
    ['without protection', { deletionProtection: 'false' }],
    ['open to the whole internet', { allowedCidrBlocks: '["0.0.0.0/0"]' }],
  ])('%s', async (_what, change) => {
    const ledger = await deployed(change)
    for (const stack of STACKS) {
      const resources = asResources(ledger, stack)
      expect(resources.length).toBeGreaterThan(30)
      expect(violationsOf(resources)).toEqual([])
    }
  })

  it('declare the types that the rules were written for, all of them and no other', async () => {
    const shared = { shareWithOrganisation: undefined, shareWithAccounts: '["222222222222","333333333333"]' }
    const both = [
      await deployed({
        keySetVia: 'table',
        userPoolDomain: 'genai-example',
        browserOrigin: 'https://chat.example.com',
        federatedProviders: JSON.stringify(FEDERATED.federatedProviders),
        federatedSecrets: JSON.stringify(FEDERATED.federatedSecrets),
      }),
      await deployed(
        { ...shared, ...FARGATE, ...DOOR, keySetVia: 'nat', dashboard: 'true', accountMetrics: 'make' },
        {
          modelInvocationLogging: 'true',
          shareMetrics: 'true',
          compute: 'fargate',
          guardrail: '{"words":["nightingale"]}',
          gatewayEndpoint: 'true',
        },
        false,
      ),
    ]
    const types = new Set(both.flatMap((ledger) => ledger.all().map(({ type }) => type)))
    expect([...types].filter((type) => type.startsWith('aws:')).sort()).toEqual([...DECLARED_TYPES].sort())
    for (const stack of [...STACKS, 'site'])
      for (const ledger of both) expect(violationsOf(asResources(ledger, stack))).toEqual([])
  })

  it('and the demo is let through by its flag alone', async () => {
    const resources = STACKS.map((stack) => [stack, asResources] as const)
    const ledger = await deployed(DEMO)
    const without = resources.flatMap(([stack, read]) =>
      violationsOf(read(ledger, stack).map((resource) => ({ ...resource, inputs: { ...resource.inputs, tags: {} } }))),
    )
    const rules = without.map(({ rule }) => rule)
    expect(rules.filter((rule) => rule === 'listeners-have-tls')).toHaveLength(1)
    expect(rules.filter((rule) => rule === 'rules-validate-tokens')).toHaveLength(2)
  })
})
