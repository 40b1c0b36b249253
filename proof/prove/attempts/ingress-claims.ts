/**
 * Ingresses that claim something of another tenant. Whoever deploys with the onboarding role names the tenant, so IAM can restrict an ingress to
 * the named tenant, but cannot know whether it is the right one. The checks of the programs refuse these, before anything is made.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { readStack, stackNames } from '../../../cli/pulumi/stack-files.ts'
import { tenantRoleName } from '../../../shared/naming.ts'
import { ofProject, readSettings } from '../../../shared/settings/read.ts'
import { stackFilesIn } from '../../../shared/stack-files.ts'
import { checkDeployed } from '../../../spoke/preflight/deployed-tenants.ts'
import { checkNeighbours, type InAccount, inAccountOf } from '../../../spoke/preflight/neighbours.ts'
import { checkKnown } from '../../../spoke/preflight/preflight.ts'
import type { Attempt } from '../attempt.ts'
import { type Outcome, stopped } from '../outcome.ts'
import type { Question } from '../testbed/aws-calls.ts'
import type { Testbed } from '../testbed/testbed.ts'

interface Claim {
  readonly name: string
  readonly tried: string
  readonly remark: string
  /**
   * Deployed from a folder without the other tenants' stack files.
   * @default false
   */
  readonly alone?: true
  /** Settings of a new ingress, which replace those of the first tenant. */
  readonly settings: (testbed: Testbed) => Readonly<Record<string, string>>
  /** The call with which the program would make what is claimed. */
  readonly question: (testbed: Testbed) => Omit<Question, 'as' | 'tags'>
}

/** An ingress that conflicts with no other stack file, except for what a claim changes. */
const NEW_INGRESS = {
  tenantId: 'tenant9',
  cidrBlock: '10.64.9.0/24',
  // An account of no tenant: the suspended tenant's account would be refused because of that tenant, whatever a claim tries.
  account: '888888888888',
  roleArn: 'arn:aws:iam::888888888888:role/genai-deployer',
}

const ATTACHED = ({ hub }: Testbed): Omit<Question, 'as' | 'tags'> => ({
  action: 'ec2:EnableTransitGatewayRouteTablePropagation',
  resource: `arn:aws:ec2:${hub.region}:${hub.account}:transit-gateway-route-table/${hub.hubRouteTableId}`,
})
const RULE = ({ hub }: Testbed, tenantId: string): Omit<Question, 'as' | 'tags'> => ({
  action: 'elasticloadbalancing:CreateRule',
  resource: hub.listenerArn,
  context: { 'aws:RequestTag/tenant': tenantId, 'aws:TagKeys': ['tenant'] },
})

const CIDR_REMARK =
  'IAM cannot refuse it: there is no condition key for the addresses that an attachment brings. AWS itself does not propagate a block that overlaps, in silence.'

const CLAIMS: readonly Claim[] = [
  {
    name: 'claims-other-id',
    tried: "An ingress that claims the second tenant's id",
    remark:
      'IAM cannot refuse it: the session’s tag is the id that is claimed. What exists already, AWS does not make twice (role, function, item).',
    settings: () => ({ tenantId: 'tenant2' }),
    question: ({ hub }) => ({
      action: 'dynamodb:PutItem',
      resource: hub.tableArn,
      context: { 'dynamodb:LeadingKeys': ['tenant2'] },
    }),
  },
  {
    name: 'claims-other-path',
    tried: "An ingress whose id would make the second tenant's path part of its own (`*`)",
    remark:
      'IAM cannot refuse it: `elasticloadbalancing:CreateRule` has no condition key for the path. The path is made from the id, and an id is letters and digits.',
    settings: () => ({ tenantId: '*' }),
    question: (testbed) => RULE(testbed, 'tenant9'),
  },
  {
    name: 'claims-path-by-segments',
    tried: 'An ingress with the id `tenant9/../tenant2`',
    remark: 'IAM cannot refuse it, as before.',
    settings: () => ({ tenantId: 'tenant9/../tenant2' }),
    question: (testbed) => RULE(testbed, 'tenant9'),
  },
  {
    name: 'claims-other-cidr',
    tried: "An ingress that claims the second tenant's CIDR block",
    remark: CIDR_REMARK,
    settings: () => ({ cidrBlock: '10.64.1.0/24' }),
    question: ATTACHED,
  },
  {
    name: 'claims-deployed-cidr',
    tried: "The same from a folder without the second tenant's stack file",
    remark: `What is deployed on the hub is read instead. ${CIDR_REMARK}`,
    alone: true,
    settings: () => ({ cidrBlock: '10.64.1.0/24' }),
    question: ATTACHED,
  },
  {
    name: 'claims-part-of-cidr',
    tried: "An ingress that claims a part of the second tenant's CIDR block",
    remark: CIDR_REMARK,
    settings: () => ({ cidrBlock: '10.64.1.128/25' }),
    question: ATTACHED,
  },
  {
    name: 'claims-hub-cidr',
    tried: 'An ingress that claims addresses of the hub',
    remark: CIDR_REMARK,
    settings: () => ({ cidrBlock: '10.0.0.0/24' }),
    question: ATTACHED,
  },
  {
    name: 'claims-hub-account',
    tried: "An ingress whose tenant's account is the hub's own",
    remark: 'IAM cannot refuse it: the deployer is the hub’s own.',
    settings: ({ hub }) => ({ account: hub.account, roleArn: `arn:aws:iam::${hub.account}:role/genai-deployer` }),
    question: (testbed) => RULE(testbed, 'tenant9'),
  },
  {
    name: 'claims-others-account',
    tried:
      "An ingress whose tenant's account is that of another tenant which has not said that others may be in it, from a folder without its stack file",
    remark:
      'IAM cannot refuse it: whoever may deploy in an account may. What is deployed there is read instead, the roles of its tenants.',
    alone: true,
    settings: ({ tenant2 }) => ({
      account: tenant2.account,
      roleArn: `arn:aws:iam::${tenant2.account}:role/genai-deployer`,
      sharedAccount: 'true',
      limits: '{"tenant":{"tokensPerMinute":1}}',
    }),
    question: (testbed) => RULE(testbed, 'tenant9'),
  },
]

export const claims: readonly Attempt[] = CLAIMS.map(({ settings, question, alone = false, ...claim }) => ({
  ...claim,
  family: 'deployment',
  means: 'program',
  expected: ['program'],
  async make(testbed) {
    const wanted = { ...NEW_INGRESS, ...settings(testbed) }
    const refused = testbed.iam.isOff('program') ? undefined : await refusalOf(testbed, wanted, alone)
    if (refused) return refused
    const tenantId = /^[a-z0-9]+$/.test(wanted.tenantId) ? wanted.tenantId : NEW_INGRESS.tenantId
    return await testbed.ask({ ...question(testbed), as: testbed.hub.onboardingRoleArn, tags: { tenant_id: tenantId } })
  },
}))

/** The checks of the spoke's program before it makes anything: of the settings, the hub, the other stack files, and what is deployed. */
async function refusalOf(
  { hub, platform }: Testbed,
  wanted: Readonly<Record<string, string>>,
  alone: boolean,
): Promise<Outcome | undefined> {
  const { project, config } = readStack('spoke-tenant1')
  const origin = { organization: 'organization', project, stack: 'spoke-tenant9' }
  const own = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [`${project}:${name}`, value]))
  const claiming = { ...config, ...own }
  const directory = await mkdtemp(join(tmpdir(), 'prove-'))
  try {
    const settings = readSettings(ofProject(claiming, project), origin)
    if (settings.role !== 'spoke') throw new Error('The claim is no spoke.')
    const files = (alone ? [] : stackNames()).map((name) => [name, readStack(name).config] as const)
    for (const [name, texts] of [...files, [origin.stack, claiming] as const])
      await writeFile(join(directory, `Pulumi.${name}.yaml`), stringify({ config: texts }))
    await checkKnown({ settings, hub, before: {}, origin, files: () => stackFilesIn(directory, project) })
    checkDeployed(settings, hub, {
      own: [],
      tenants: 1,
      isThere: false,
      shared: { tenants: 0, isThere: false },
      others: deployedBlocks(platform),
      holdsAnother: false,
    })
    checkNeighbours(settings, hub, tenantsIn(platform, settings.account))
    return undefined
  } catch (error) {
    // The program's refusals are plain errors and errors about settings; anything else is a fault of this proof.
    if (!(error instanceof Error) || !['Error', 'SettingsError'].includes(error.name)) throw error
    return stopped(['program'], error.message.split('\n').slice(0, 2).join(' '))
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** The address blocks of deployed tenants, read from the Transit Gateway's routes. */
const deployedBlocks = ({ cloud, hub }: Testbed['platform']): readonly string[] =>
  cloud.ledger
    .all('aws:ec2/vpc:Vpc')
    .filter(({ account }) => account !== hub.account)
    .map(({ inputs }) => String(inputs.cidrBlock))

/** The deployed tenants, as the program finds them. */
const tenantsIn = ({ cloud: { ledger } }: Testbed['platform'], account: string): readonly InAccount[] =>
  ledger
    .all('aws:iam/role:Role')
    .filter((role) => role.account === account && String(role.outputs.name).startsWith(tenantRoleName('')))
    .map(({ outputs }) => inAccountOf(String(outputs.name), String(outputs.assumeRolePolicy), tagsOf(outputs.tags)))

const tagsOf = (tags: unknown) => (typeof tags === 'object' && tags !== null ? { ...tags } : {})
