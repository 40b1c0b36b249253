/** Everything that the programs declare, in two worlds that between them have every resource type that is known. */

import { deploy } from '@genai/local-cloud/engine/in-process/in-process'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import type { Organization } from '@genai/local-cloud/organization'
import type { World } from '@genai/local-cloud/test/provider/world'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import { readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import program from '../../index.ts'
import { organization as sample } from '../../sample-organization.ts'
import { FEDERATED } from '../federated.ts'

/** These tests ask what AWS does, not what the deployers may. */
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const

const unbounded: Organization = {
  ...sample,
  images: await localImages(),
  accounts: sample.accounts.map((account) => ({
    ...account,
    roles: account.roles.map((role) => ({ ...role, policy: everything })),
  })),
}

type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const TENANT = 'spoke-tenant1'

const WORLDS: readonly { readonly settings: Settings; readonly organization: Organization }[] = [
  {
    settings: {
      hub: {
        keySetVia: 'table',
        userPoolDomain: 'genai-example',
        browserOrigin: 'https://chat.example.com',
        ...FEDERATED,
      },
      site: {},
    },
    organization: unbounded,
  },
  {
    settings: {
      hub: {
        ...LOCAL_FARGATE,
        keySetVia: 'nat',
        userPoolDomain: 'genai-other',
        loadBalancer: 'internal',
        allowedCidrBlocks: ['10.0.0.0/8'],
        endpointService: true,
        endpointServiceAccounts: ['444444444444'],
        dashboard: true,
        accountMetrics: 'make',
        centralModels: ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'us.amazon.nova-2-lite-v1:0'],
        shareWithOrganisation: undefined,
        shareWithAccounts: ['222222222222', '333333333333'],
      },
      [TENANT]: {
        modelInvocationLogging: true,
        shareMetrics: true,
        guardrail: { words: ['nightingale'] },
        gatewayEndpoint: true,
      },
      'spoke-tenant2': {
        compute: 'fargate',
        modelEndpoint: 'hub',
        cidrBlock: undefined,
        availabilityZoneIds: undefined,
      },
    },
    organization: { ...unbounded, ramSharing: false },
  },
]

async function deployed({ settings, organization }: (typeof WORLDS)[number]): Promise<World> {
  const ledger = new Ledger()
  for (const name of ['hub', TENANT, ...Object.keys(settings).filter((one) => one !== 'hub' && one !== TENANT)]) {
    const changes = { ...(name === 'hub' && { deletionProtection: false }), ...settings[name] }
    await deploy({ ledger, organization }, withSettings(readStack(name), changes), program)
  }
  return { resources: ledger.all(), organization }
}

/** Takes some seconds. */
export async function worlds(): Promise<readonly World[]> {
  const all: World[] = []
  // One after the other: a program of Pulumi's has its process to itself.
  for (const world of WORLDS) all.push(await deployed(world))
  return all
}
