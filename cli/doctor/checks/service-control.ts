import { roleArn, tenantRoleName } from '../../../shared/naming.ts'
import { type Answer, type Check, failed, notAsked, ok, unclear } from '../check.ts'
import { isDenied, wordsOf } from '../denied.ts'
import { ofEachModel, profileOf } from '../models.ts'
import { organizationOf } from '../organization.ts'
import { type Call, type Level, levelsOf, type Outcome, outcomeOf } from '../service-control.ts'
import type { Subject, TenantSubject } from '../subjects.ts'

/** One call of each service that a stack uses: the calls that a region guard or a list of allowed services would deny first. */
const DEPLOYMENT = {
  hub: [
    ...['cognito-idp:CreateUserPool', 'dynamodb:CreateTable', 'ec2:CreateTransitGateway', 'ec2:CreateVpc'],
    ...['elasticloadbalancing:CreateLoadBalancer', 'iam:CreateRole', 'iam:CreateServiceLinkedRole'],
    ...['lambda:CreateFunction', 'logs:CreateLogGroup', 'ram:CreateResourceShare', 's3:CreateBucket', 'sts:AssumeRole'],
    'wafv2:CreateWebACL',
  ],
  tenant: [
    ...['ec2:CreateTransitGatewayVpcAttachment', 'ec2:CreateVpc', 'ec2:CreateVpcEndpoint', 'iam:CreateRole'],
    ...['iam:CreateServiceLinkedRole', 'logs:CreateLogGroup', 'sts:AssumeRole'],
  ],
} as const

/**
 * The policies that are attached now; `model-regions` checks what the project prints for them. The hub's role reads them, because a tenant's
 * account may not.
 */
export const serviceControl: Check = {
  id: 'service-control',
  of: 'account',
  question: 'Do the service control policies that are attached let the deployment and its models through?',
  applies: (_subject, { hub }) => hub !== undefined,
  async ask(subject, { hub }) {
    if (!hub) return []
    const clients = await hub.clients()
    const organization = await organizationOf(clients)
    if (!organization) return ok("The hub's account is in no organisation, which has such policies.")
    const management = organization.MasterAccountId
    if (management === subject.account) return ok('It is the management account, to which none applies.')
    const levels = await levelsOf(clients, subject.account).catch((error: unknown) =>
      unread(error, subject.account, management),
    )
    if ('verdict' in levels) return levels
    const made = deployment(subject, levels)
    return subject.kind === 'hub' ? made : [made, ...(await ofModels(subject, levels)), guardRails(levels, subject)]
  },
}

function unread(error: unknown, account: string, management: string | undefined): Answer {
  const look = `aws organizations list-policies-for-target --filter SERVICE_CONTROL_POLICY --target-id ${account}, and the same of its units and of the root`
  if (isDenied(error))
    return notAsked(
      `Only the management account ${management} and those that it has delegated policies to are told. ${wordsOf(error)}`,
      `There: ${look}. None may deny what docs/deployers.md lists, and Bedrock's calls in the regions of the tenants' profiles.`,
    )
  if (error instanceof Error && error.name === 'TargetNotFoundException')
    return notAsked(
      `The account is not of the hub's organisation. ${wordsOf(error)}`,
      `In the management account of its own organisation: ${look}.`,
    )
  throw error
}

const deployerOf = ({ settings }: Subject) =>
  settings.credentials.kind === 'role' ? { principalArn: settings.credentials.roleArn } : {}

function deployment(subject: Subject, levels: readonly Level[]): Answer {
  const actions = DEPLOYMENT[subject.kind].filter(
    (action) => subject.kind === 'hub' || subject.settings.modelEndpoint === 'own' || !action.startsWith('ec2:'),
  )
  const calls = actions.map(
    (action): Call => ({ action, resource: '*', region: subject.region, ...deployerOf(subject) }),
  )
  return told(calls, levels, `in ${subject.region}: ${actions.join(', ')}`, 'what is made')
}

/** A request through a profile is judged in the region that it is sent to. */
async function ofModels(tenant: TenantSubject, levels: readonly Level[]): Promise<readonly Answer[]> {
  const { bedrock } = await tenant.clients()
  const principalArn = roleArn(tenant.account, tenantRoleName(tenant.settings.tenantId))
  return await ofEachModel(tenant, async ({ id, model }) => {
    const call = (resource: string, region: string): Call => ({
      action: 'bedrock:InvokeModel',
      resource,
      region,
      principalArn,
      throughEndpoint: true,
    })
    const home = tenant.region
    if (model.kind !== 'inferenceProfile')
      return told([call(`arn:aws:bedrock:${home}::foundation-model/${id}`, home)], levels, `in ${home}`, id)
    const profile = await profileOf(bedrock, id)
    // The check `models` reports a profile that does not exist.
    if (!profile?.models) return undefined
    const calls = [
      call(profile.inferenceProfileArn ?? `arn:aws:bedrock:${home}:${tenant.account}:inference-profile/${id}`, home),
      // The models of a `global` profile name no region.
      ...profile.models.map(({ modelArn = '' }) => call(modelArn, modelArn.split(':')[3] || 'unspecified')),
    ]
    return told(calls, levels, `in ${[...new Set(calls.map(({ region }) => region))].join(', ')}`, id)
  })
}

function told(calls: readonly Call[], levels: readonly Level[], what: string, about: string): Answer {
  const outcomes = calls.map((call) => ({ call, outcome: outcomeOf(levels, call) }))
  const those = (is: Outcome['is']) =>
    outcomes.flatMap(({ call, outcome }) =>
      outcome.is === is && 'why' in outcome
        ? [`${call.action} on ${call.resource} in ${call.region}: ${outcome.why}`]
        : [],
    )
  const denied = those('denied')
  const perhaps = those('perhaps')
  if (denied.length > 0)
    return failed(
      `Denied: ${denied.join('; ')}`,
      'Have the management account change that policy, or make an exception (docs/governance.md); of a model: choose one whose regions are allowed.',
      about,
    )
  if (perhaps.length > 0)
    return unclear(
      `It depends: ${perhaps.join('; ')}`,
      "Read that statement's condition: it must not be true of the role.",
      about,
    )
  return ok(`${policiesOf(levels)} let it through, ${what}`, about)
}

/** These policies are needed from the second tenant on: docs/first-deployment.md attaches them after the first one. */
function guardRails(levels: readonly Level[], { settings }: TenantSubject): Answer {
  const call: Call = { action: 'bedrock:CallWithBearerToken', resource: '*', region: 'us-east-1' }
  const outcome = outcomeOf(levels, call)
  if (outcome.is === 'denied') return ok(`API keys of Bedrock are denied: ${outcome.why}`, 'guard rails')
  return unclear(
    `${policiesOf(levels)} do not deny ${call.action}: with an API key the account's people could call models past the gateway.`,
    `Attach the guard rails to the unit of ${settings.tenantId}'s account: npm run genai -- guardrails (docs/first-deployment.md says when).`,
    'guard rails',
  )
}

const policiesOf = (levels: readonly Level[]) =>
  levels.map(({ id, policies }) => `${policies.map(({ name }) => name).join(' and ')} at ${id}`).join(', ')
