/**
 * Every question that the life of the hub and of a tenant asks of IAM, recorded once: it is deployed, changed and destroyed on
 * the in-process engine; besides, every resource is read as a refresh does, and every input that can be updated is changed, taken away, and
 * found missing as after somebody's hand.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rowOf } from '@genai/local-cloud/aws/registry'
import { type LocalCloud, startCloud } from '@genai/local-cloud/cloud'
import type { PermissionEvent } from '@genai/local-cloud/engine/control-plane'
import type { Session } from '@genai/local-cloud/iam/authorize'
import { type Declared, Ledger, type Properties, type Value } from '@genai/local-cloud/ledger/ledger'
import type { Organization } from '@genai/local-cloud/organization'
import { situationOf } from '@genai/local-cloud/resource/declare'
import { permissionsOf } from '@genai/local-cloud/resource/permission'
import type { Permission } from '@genai/local-cloud/resource/resource-type'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import { readStack, withSettings } from '../../cli/pulumi/stack-files.ts'
import { pooledDeployer, organization as sample } from '../../sample-organization.ts'
import { roleArn } from '../../shared/naming.ts'
import { FEDERATED } from '../federated.ts'

export interface Question extends Permission {
  readonly session: Session
  readonly region: string
  /** What asked: `update tier of ingress`, for a message that helps. */
  readonly why: string
}

export interface LifeCycle {
  readonly questions: readonly Question[]
  /** As deployed, for the policies that are in force. */
  readonly declared: readonly Declared[]
  readonly organization: Organization
}

const TENANT = 'spoke-tenant1'
const PROJECT = 'genai-hub-spoke'

/** A model by its own id, and one through a profile: Bedrock is asked for each in another way. */
const MODELS = { models: { own: 'amazon.nova-lite-v1:0', profile: 'us.amazon.nova-2-lite-v1:0' }, defaultModel: 'own' }

/** What tenant2's file names. */
export const SHARED_MODELS = ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'us.amazon.nova-2-lite-v1:0']

/** Of a tenant without a network of its own. */
export const AT_SHARED_ENDPOINT = {
  modelEndpoint: 'hub',
  cidrBlock: undefined,
  availabilityZoneIds: undefined,
} as const

/** A machine without a secret: its issuer is the tenant's own account. */
const MACHINE = {
  issuer: 'https://22222222-0000-4000-8000-222222222222.tokens.sts.global.api.aws',
  audience: 'genai/tenant1',
  claims: { sub: 'arn:aws:iam::222222222222:role/application' },
}

/** Every kind of rule. */
const GUARDRAIL = {
  topics: { advice: { definition: 'What to buy.', examples: ['Buy it'] } },
  words: ['nightingale'],
  profanity: true,
  pii: { EMAIL: 'BLOCK' },
  filters: { HATE: 'HIGH' },
}

/** Others may be in its account. */
const POOLED = { sharedAccount: true, limits: { tenant: { tokensPerMinute: 1_000 } } }

/** The account of a tenant with a deployer of its own; the sample's is in no stack file. */
export const POOLED_ACCOUNT = '444444444444'
const POOLED_DEPLOYER = pooledDeployer(POOLED_ACCOUNT, 'tenant2', true)

/** Two worlds that between them declare everything that the programs can, and one of tenants that let others into their accounts. */
const WORLDS: readonly {
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly organization: Organization
}[] = [
  {
    settings: {
      hub: {
        keySetVia: 'table',
        userPoolDomain: 'genai-example',
        browserOrigin: 'https://chat.example.com',
        ...FEDERATED,
        userPoolMfa: 'optional',
      },
      [TENANT]: { ...MODELS, machineIssuers: { app: MACHINE } },
      site: {},
    },
    organization: sample,
  },
  {
    settings: {
      hub: {
        ...LOCAL_FARGATE,
        fargateVcpuLimit: 64,
        keySetVia: 'nat',
        dashboard: true,
        accountMetrics: 'make',
        centralModels: SHARED_MODELS,
        loadBalancer: 'internal',
        allowedCidrBlocks: ['10.0.0.0/8'],
        endpointService: true,
        endpointServiceAccounts: ['444444444444'],
        shareWithOrganisation: undefined,
        shareWithAccounts: ['222222222222', '333333333333'],
      },
      [TENANT]: {
        ...MODELS,
        modelInvocationLogging: true,
        shareMetrics: true,
        guardrail: GUARDRAIL,
        gatewayEndpoint: true,
      },
      'spoke-tenant2': { compute: 'fargate', ...AT_SHARED_ENDPOINT },
    },
    organization: { ...sample, ramSharing: false },
  },
  {
    settings: {
      hub: { dashboard: true, accountMetrics: 'make' },
      // Deployed by a role of the account, as before it shared it.
      [TENANT]: POOLED,
      'spoke-tenant2': {
        ...MODELS,
        ...POOLED,
        account: POOLED_ACCOUNT,
        roleArn: roleArn(POOLED_ACCOUNT, POOLED_DEPLOYER.name),
        modelInvocationLogging: true,
        shareMetrics: true,
        guardrail: GUARDRAIL,
        machineIssuers: undefined,
      },
    },
    organization: {
      ...sample,
      accounts: sample.accounts.map((one) =>
        one.id === POOLED_ACCOUNT ? { ...one, roles: [...one.roles, POOLED_DEPLOYER] } : one,
      ),
    },
  },
]

export const recordLifeCycles = (): Promise<readonly LifeCycle[]> => Promise.all(WORLDS.map(recordLifeCycle))

async function recordLifeCycle({ settings, organization }: (typeof WORLDS)[number]): Promise<LifeCycle> {
  const directory = mkdtempSync(join(tmpdir(), 'genai-life-'))
  const questions: Question[] = []
  let why = ''
  const observe = ({ kind: _, allowed: __, ...asked }: PermissionEvent) => void questions.push({ ...asked, why })
  const cloud = await startCloud({
    directory,
    organization: { ...organization, images: await localImages() },
    controlPlane: { observe },
  })
  const { default: program } = await import('../../index.ts')
  const deploy = async (name: string, changes: Readonly<Record<string, unknown>> = {}) => {
    why = `up of ${name}`
    await cloud.deploy(withSettings(readStack(name), { ...settings[name], ...changes }), program)
  }
  try {
    await deploy('hub', { deletionProtection: false })
    const tenants = Object.keys(settings).filter((name) => name !== 'hub')
    for (const tenant of tenants) await deploy(tenant)
    const declared = cloud.ledger.all()
    const sessions = sessionsOf(questions)
    for (const resource of declared) questions.push(...asked(cloud, resource, sessions))
    // No move to other addresses: it asks for what making and destroying ask for, and waits for requests under way.
    for (const tenant of tenants) await deploy(tenant, tenant === 'site' ? { title: 'Other' } : { tier: 'medium' })
    for (const stack of [...tenants, 'hub']) {
      why = `destroy of ${stack}`
      await cloud.destroy({ project: PROJECT, stack })
    }
    return { questions: distinct(questions), declared, organization }
  } finally {
    await cloud.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Who makes what: by stack and account. */
function sessionsOf(questions: readonly Question[]): ReadonlyMap<string, Session> {
  return new Map(questions.map(({ why, session }) => [`${why.split(' of ')[1]} ${session.account}`, session]))
}

/** A refresh of a resource, and every change of it. */
function asked(cloud: LocalCloud, resource: Declared, sessions: ReadonlyMap<string, Session>): readonly Question[] {
  const { urn, type, account, region } = resource
  const stack = urn.split(':')[2] ?? ''
  const session = sessions.get(`${stack} ${account}`)
  if (!session) throw new Error(`nobody made ${urn}`)
  const row = rowOf(type)
  const permissions = (operation: 'read' | 'update', inputs: Properties, current: Declared) =>
    permissionsOf(
      row,
      operation,
      situationOf({
        row,
        urn,
        inputs,
        account,
        region,
        current,
        ledger: cloud.ledger,
        organization: cloud.organization,
      }),
    )
  const name = `${type.split(':').at(-1)} ${urn.split('::').at(-1)}`
  const questions = (why: string, all: readonly Permission[]) =>
    all.map((one) => ({ ...one, session, region, why: `${why} of ${name}` }))
  return [
    ...questions('refresh', permissions('read', resource.inputs, resource)),
    ...changesOf(row, resource).flatMap(({ what, before, after }) =>
      questions(`update (${what})`, permissions('update', after, asBefore(resource, before))),
    ),
  ]
}

const asBefore = (resource: Declared, before: Properties): Declared => ({
  ...resource,
  inputs: before,
  outputs: { ...resource.outputs, ...(before.tags && { tags: before.tags }) },
})

interface InputChange {
  readonly what: string
  readonly before: Properties
  readonly after: Properties
}

/** Inputs that an update in place can change: each as another value, gone, and put back. */
function changesOf(
  row: { readonly replaces: readonly string[]; readonly required?: readonly string[] },
  { inputs }: Declared,
): readonly InputChange[] {
  return Object.keys(inputs)
    .filter((name) => !row.replaces.includes(name) && name !== 'region')
    .flatMap((name): readonly InputChange[] => {
      if (name === 'tags') return tagChanges(inputs)
      const value = inputs[name] ?? null
      const { [name]: _, ...without } = inputs
      const changed = { what: `${name} changed`, before: { ...inputs, [name]: other(value) }, after: inputs }
      if (row.required?.includes(name)) return [changed]
      return [
        changed,
        { what: `${name} removed`, before: inputs, after: without },
        { what: `${name} added`, before: without, after: inputs },
      ]
    })
}

/** Of the tags that the stacks may come to change: the tenant's own says whose a resource is, and stays. */
function tagChanges(inputs: Properties): readonly InputChange[] {
  const tags = inputs.tags as Properties
  const of = (changed: Properties) => ({ ...inputs, tags: changed })
  return [
    { what: 'a tag added', before: inputs, after: of({ ...tags, cost: 'new' }) },
    { what: 'a tag changed', before: of({ ...tags, project: 'old' }), after: inputs },
    { what: 'a tag removed', before: of({ ...tags, cost: 'old' }), after: inputs },
  ]
}

function other(value: Value): Value {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  if (typeof value === 'string') return `${value}-before`
  return Array.isArray(value) ? [] : {}
}

function distinct(questions: readonly Question[]): readonly Question[] {
  const seen = new Map<string, Question>()
  for (const question of questions) {
    const { action, resource, context, session } = question
    const key = JSON.stringify([action, resource, context, session.roleArn])
    if (!seen.has(key)) seen.set(key, question)
  }
  return [...seen.values()]
}

/** The calls of each update in place of a resource of a recorded life. */
export function updatesOf(
  { declared, organization }: LifeCycle,
  resource: Declared,
): readonly (readonly Permission[])[] {
  const { urn, type, account, region } = resource
  const row = rowOf(type)
  const ledger = new Ledger(declared)
  return changesOf(row, resource).map(({ before, after }) => {
    const current = asBefore(resource, before)
    const situation = situationOf({ row, urn, inputs: after, account, region, ledger, organization, current })
    return permissionsOf(row, 'update', situation)
  })
}

/** The calls of one operation on a resource of a recorded life. */
export function callsOf(
  { declared, organization }: LifeCycle,
  resource: Declared,
  operation: 'create' | 'read' | 'update' | 'delete',
): readonly Permission[] {
  const { urn, type, inputs, account, region } = resource
  const row = rowOf(type)
  const ledger = new Ledger(declared)
  const current = operation === 'create' ? {} : { current: resource }
  const situation = situationOf({ row, urn, inputs, account, region, ledger, organization, ...current })
  return permissionsOf(row, operation, situation)
}
