/**
 * Calls that IAM allows to the onboarding role for one tenant although they concern another, because there is no condition key to refuse them
 * by. They are evaluated for every report, each with what stops its misuse.
 */
import type { Question } from './testbed/aws-calls.ts'
import type { Testbed } from './testbed/testbed.ts'

export interface Limit {
  readonly what: string
  /** What refuses the misuse, or why it has no effect. */
  readonly insteadBy: string
  /** @default the onboarding role, for the first tenant */
  readonly as?: (testbed: Testbed) => string
  readonly question: (testbed: Testbed) => Omit<Question, 'as' | 'tags'>
}

export interface LimitFound {
  readonly what: string
  readonly insteadBy: string
  readonly action: string
  /** Whether IAM allows it. If it no longer does, the entry is out of date. */
  readonly allowed: boolean
}

const PROGRAM = 'the program makes it from the tenant’s own settings'

export const LIMITS: readonly Limit[] = [
  {
    what: "A listener rule for another tenant's path",
    insteadBy: `${PROGRAM} (\`deployment/claims-other-path\`); behind it, the function's own token check and tenant match`,
    question: ({ hub }) => ({
      action: 'elasticloadbalancing:CreateRule',
      resource: hub.listenerArn,
      context: { 'aws:RequestTag/tenant': 'tenant1', 'aws:TagKeys': ['tenant'] },
    }),
  },
  {
    what: "A way out of the function's security group to another tenant's endpoint",
    insteadBy: `${PROGRAM}; behind it stand execution role, permissions boundary and trust policy (\`identity/function-becomes-other-role\`)`,
    question: ({ hub, platform }) => ({
      action: 'ec2:AuthorizeSecurityGroupEgress',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:security-group/${groupOf(platform.cloud.ledger.all('aws:ec2/securityGroup:SecurityGroup'))}`,
      context: { 'aws:ResourceTag/tenant': 'tenant1' },
    }),
  },
  {
    what: "A way to the shared model endpoint for another tenant's gateway, or the end of its own",
    insteadBy: `${PROGRAM}; behind the first stand execution role, permissions boundary and trust policy (\`shared/own-becomes-shared-role\`)`,
    question: ({ hub }) => ({
      action: 'ec2:RevokeSecurityGroupIngress',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:security-group/${hub.centralModels?.securityGroupId}`,
    }),
  },
  {
    what: "The tenant's own item with another tenant's role and endpoint in it",
    insteadBy: `${PROGRAM}; behind it stand execution role, permissions boundary, trust policy and security groups (\`identity/function-becomes-other-role\`)`,
    question: ({ hub }) => ({
      action: 'dynamodb:PutItem',
      resource: hub.tableArn,
      context: { 'dynamodb:LeadingKeys': ['tenant1'] },
    }),
  },
  {
    what: "Another tenant's group in the user pool, deleted or made again",
    insteadBy: `${PROGRAM}; a group made again has no members`,
    question: ({ hub }) => ({ action: 'cognito-idp:DeleteGroup', resource: hub.userPoolArn }),
  },
  {
    what: "Acceptance of another tenant's waiting attachment",
    insteadBy: `${PROGRAM}; once accepted it carries its tenant's tag and is nobody else's`,
    question: ({ hub }) => ({
      action: 'ec2:AcceptTransitGatewayVpcAttachment',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:transit-gateway-attachment/tgw-attach-0123456789abcdef0`,
    }),
  },
  {
    what: "A partner's or another tenant's permission to ask for a connection, taken away, or given to any account",
    insteadBy: `${PROGRAM}; who is connected stays so, and has no token by it (\`network/connected-without-token\`)`,
    question: ({ hub }) => ({
      action: 'ec2:ModifyVpcEndpointServicePermissions',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:vpc-endpoint-service/${hub.endpointService?.serviceId}`,
    }),
  },
  {
    what: "Acceptance of anybody's waiting connection by PrivateLink, or the end of another tenant's",
    insteadBy: `${PROGRAM}; who is connected has no token by it (\`network/connected-without-token\`)`,
    question: ({ hub }) => ({
      action: 'ec2:RejectVpcEndpointConnections',
      resource: `arn:aws:ec2:${hub.region}:${hub.account}:vpc-endpoint-service/${hub.endpointService?.serviceId}`,
    }),
  },
  {
    what: 'Another tenant named in the session tag itself',
    insteadBy:
      'nobody but the platform team’s deployers may assume the role, and they name the tenant: who holds it is trusted with the hub',
    question: ({ hub, platform }) => ({
      action: 'sts:AssumeRole',
      resource: hub.onboardingRoleArn,
      context: { 'aws:RequestTag/tenant_id': 'tenant2', 'aws:TagKeys': ['tenant_id'] },
      resourcePolicy: JSON.parse(
        String(
          platform.cloud.ledger.findBy('aws:iam/role:Role', 'arn', hub.onboardingRoleArn)?.outputs.assumeRolePolicy,
        ),
      ),
    }),
  },
  {
    what: "In a shared account: the account's invocation log, which has all tenants' prompts, set by the one tenant that has it",
    insteadBy:
      'the program tells every tenant of the account whose log has its prompts; the others’ deployers may not set it',
    as: ({ pooled1 }) => pooled1.deployerArn,
    question: () => ({ action: 'bedrock:PutModelInvocationLoggingConfiguration', resource: '*' }),
  },
]

export async function findLimits(testbed: Testbed): Promise<readonly LimitFound[]> {
  const found: LimitFound[] = []
  for (const { what, insteadBy, question, as } of LIMITS) {
    const asked = question(testbed)
    const caller = as
      ? { as: as(testbed) }
      : asked.action === 'sts:AssumeRole'
        ? { as: testbed.platform.cloud.organization.deployerRoleArn }
        : { as: testbed.hub.onboardingRoleArn, tags: { tenant_id: 'tenant1' } }
    const { kind } = await testbed.ask({ ...asked, ...caller })
    found.push({ what, insteadBy, action: asked.action, allowed: kind === 'through' })
  }
  return found
}

function groupOf(
  groups: readonly { readonly id: string; readonly outputs: Readonly<Record<string, unknown>> }[],
): string {
  const group = groups.find(({ outputs }) => {
    const { tags } = outputs
    return typeof tags === 'object' && tags !== null && 'tenant' in tags && tags.tenant === 'tenant1'
  })
  if (!group) throw new Error('The first tenant has no security group.')
  return group.id
}
