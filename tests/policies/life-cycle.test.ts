/** The deploying roles against everything that the life of the hub and of a tenant asks of them: neither too little nor too much. */

import { invokeOf, invokeTokens } from '@genai/local-cloud/aws/registry'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import { beforeAll, describe, expect, it } from 'vitest'
import { organization } from '../../sample-organization.ts'
import { roleArn } from '../../shared/naming.ts'
import { platformDeployerPolicies } from '../../shared/policies/deployer-platform.ts'
import { pooledDeployerPolicy, tenantDeployerPolicy } from '../../shared/policies/deployer-tenant.ts'
import type { PolicyDocument } from '../../shared/policies/document.ts'
import { caller, HUB, REGION, TENANT_ACCOUNT } from './evaluation.ts'
import { type Grant, grantsOf, names, withoutAction } from './grants.ts'
import { callsOf, type LifeCycle, POOLED_ACCOUNT, type Question, recordLifeCycles } from './life-cycle.ts'

let lives: readonly LifeCycle[]
beforeAll(async () => {
  lives = await recordLifeCycles()
})

const ONBOARDING = roleArn(HUB, 'genai-onboarding')

interface Deployer {
  readonly roleArn: string
  readonly policies: readonly PolicyDocument[]
  readonly questions: readonly Question[]
  /** Granted and never asked for in a recorded life, each for a reason. @default nothing */
  readonly unasked?: Readonly<Record<string, string>>
}

/** The onboarding role as deployed in each world; the others as the platform team is told to make them. */
const DEPLOYERS: readonly (readonly [name: string, deployer: () => Deployer])[] = [
  ['the onboarding role, sharing with the organisation', () => onboarding(lives[0])],
  ['the onboarding role, sharing with accounts', () => onboarding(lives[1])],
  [
    'the platform’s deployer',
    () => {
      const { operation: _, image: __, ...deploying } = platformDeployerPolicies({ account: HUB, region: REGION })
      return asked(roleArn(HUB, 'platform-deployer'), Object.values(deploying))
    },
  ],
  [
    'a tenant’s deployer',
    () =>
      asked(roleArn(TENANT_ACCOUNT, 'genai-deployer'), [
        tenantDeployerPolicy({ account: TENANT_ACCOUNT, region: REGION }),
      ]),
  ],
  [
    'the deployer of a tenant that shares its account',
    () => ({
      ...asked(roleArn(POOLED_ACCOUNT, 'genai-deployer-tenant2'), [
        pooledDeployerPolicy({ account: POOLED_ACCOUNT, region: REGION, tenantId: 'tenant2', invocationLog: true }),
      ]),
      unasked: UNASKED_OF_POOLED,
    }),
  ],
]

function onboarding(life: LifeCycle | undefined): Deployer {
  const policies = (life?.declared ?? [])
    .filter(({ type, outputs }) => type === 'aws:iam/policy:Policy' && /^genai-onboarding-/.test(String(outputs.name)))
    .map(({ outputs }) => JSON.parse(String(outputs.policy)) as PolicyDocument)
  return { roleArn: ONBOARDING, policies, questions: life?.questions.filter(of(ONBOARDING)) ?? [], unasked: UNASKED }
}

const of =
  (arn: string) =>
  ({ session }: Question) =>
    session.roleArn === arn

const asked = (arn: string, policies: readonly PolicyDocument[]): Deployer => ({
  roleArn: arn,
  policies,
  questions: lives.flatMap(({ questions }) => questions.filter(of(arn))),
})

function ask({ roleArn: arn }: Deployer, policies: readonly PolicyDocument[], { session, ...question }: Question) {
  const role = arn.slice(arn.lastIndexOf('/') + 1)
  return caller({ account: session.account, role, policies, sessionTags: session.tags })(question)
}

/** What a later version of the programs could come to change, and must not be able to: where a boundary is asked for, it stays. */
const REFUSED =
  /^iam:DeleteRolePermissionsBoundary: update \(permissionsBoundary removed\) of Role (lane(-task|-task-execution)?|account-(models|flow-logs|invocations))$/

const UNASKED_OF_POOLED: Readonly<Record<string, string>> = {
  'Roles: iam:GetRole': 'of the role that calls models, LookAtNeighbours has it too',
  'Roles: iam:UpdateRole': 'one statement for the three roles of a tenant, of which one has a duration',
  'Roles: iam:UpdateRoleDescription': 'one statement for the three roles of a tenant, of which one has a description',
  'LookAtNeighbours: iam:GetRole': 'the recorded tenant is alone in its account',
}

const UNASKED: Readonly<Record<string, string>> = {
  'LeftInterfaces: ec2:DeleteNetworkInterface':
    'asked only when Lambda has left interfaces behind, which keep their security group from being deleted',
  'OwnLogGroup: logs:TagResource':
    'asked for tags that come with CreateLogGroup; AWS does not document against which form of the ARN',
}

describe.each(DEPLOYERS)('%s', (_, deployerOf) => {
  it('may do everything that a life asks for', async () => {
    const deployer = deployerOf()
    expect(deployer.questions.length).toBeGreaterThan(80)
    const refused: string[] = []
    for (const question of deployer.questions) {
      const { allowed } = await ask(deployer, deployer.policies, question)
      if (!allowed) refused.push(`${question.action}: ${question.why}`)
    }
    const isBounded = /genai-onboarding$|genai-deployer-/.test(deployer.roleArn)
    const wanted = isBounded ? refused.filter((one) => REFUSED.test(one)) : []
    expect(refused).toEqual(wanted)
    expect(wanted.length > 0).toBe(isBounded)
  })

  it('has no permission that nobody asks for: each is missed once it is gone', async () => {
    const deployer = deployerOf()
    const unasked: string[] = []
    const grants = grantsOf(deployer.policies)
    for (const grant of grants) if (!(await isMissed(deployer, grant))) unasked.push(`${grant.sid}: ${grant.action}`)
    // An exception that has become a permission somebody asks for fails as well.
    const granted = new Set(grants.map(({ sid, action }) => `${sid}: ${action}`))
    const excused = Object.keys(deployer.unasked ?? {}).filter((one) => granted.has(one))
    expect([...new Set(unasked)]).toEqual(excused)
  })
})

async function isMissed(deployer: Deployer, grant: Grant): Promise<boolean> {
  for (const question of deployer.questions) {
    if (!names(grant.action, question.action)) continue
    if (!(await ask(deployer, deployer.policies, question)).allowed) continue
    if (!(await ask(deployer, grant.without, question)).allowed) return true
  }
  return false
}

it('an action that the onboarding role lacks is told with the principal, the action and the resource', async () => {
  const deployer = onboarding(lives[1])
  const lacking = deployer.policies.flatMap(({ Statement }) =>
    Statement.flatMap(({ Sid = '', Action }) => [Action ?? []].flat().map((action) => ({ sid: Sid, action }))),
  )
  expect(lacking.length).toBeGreaterThan(90)
  for (const { sid, action } of lacking) {
    if (UNASKED[`${sid}: ${action}`] !== undefined) continue
    const policies = withoutAction(deployer.policies, sid, action)
    const questions = deployer.questions.filter((question) => question.action === action)
    const decisions = await Promise.all(questions.map((question) => ask(deployer, policies, question)))
    const index = decisions.findIndex(({ allowed }) => !allowed)
    const decision = decisions[index]
    if (!decision || decision.allowed) throw new Error(`nobody misses ${action} of ${sid}`)
    const resource = questions[index]?.resource
    expect(decision.message).toContain(`:assumed-role/genai-onboarding/`)
    expect(decision.message).toContain(
      `is not authorized to perform: ${action}${resource === '*' ? '' : ` on resource: ${resource}`}`,
    )
  }
})

it('every type that the programs declare has calls for each operation', () => {
  const declared = lives.flatMap((life) => life.declared.map((resource) => ({ resource, life })))
  expect(new Set(declared.map(({ resource }) => resource.type)).size).toBeGreaterThan(50)
  const silent = new Set<string>()
  for (const { resource, life } of declared)
    for (const operation of ['create', 'read', 'update', 'delete'] as const)
      if (callsOf(life, resource, operation).length === 0) silent.add(`${operation} ${resource.type}`)
  // They are part of something else, and go with it.
  expect([...silent].sort()).toEqual([
    'delete aws:acm/certificateValidation:CertificateValidation',
    'delete aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
    // Stays: a service may go back to it.
    'delete aws:ecs/taskDefinition:TaskDefinition',
    // Is done when it is made; the AWS provider reads nothing and takes nothing back.
    'delete aws:lambda/invocation:Invocation',
    // Goes with its sink.
    'delete aws:oam/sinkPolicy:SinkPolicy',
    // Goes with its endpoint.
    'delete aws:vpc/endpointPrivateDns:EndpointPrivateDns',
    // Is asked for when it is made.
    'delete aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification',
    'read aws:lambda/invocation:Invocation',
    'read aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification',
    'update aws:lambda/invocation:Invocation',
    'update aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification',
  ])
})

it('every data source that the local cloud has says what it asks for', () => {
  for (const token of invokeTokens()) {
    const inputs = { name: '/aws/service/x', arn: 'arn:aws:iam::111111111111:policy/x', zoneId: 'Z0123456789' }
    const call = { account: HUB, region: REGION, inputs, ledger: new Ledger(), organization, callerArn: '' }
    const actions = invokeOf(token)
      .permissions(call)
      .map(({ action }) => action)
    expect(actions.length).toBeGreaterThan(0)
    for (const action of actions) expect(action).toMatch(/^\w+:\w+$/)
  }
})
