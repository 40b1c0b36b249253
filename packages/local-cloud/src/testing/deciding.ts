/** For tests: decisions about one role of a small organisation. The test passes the policies. */
import { type ApiCall, type AuthorizeOptions, createAuthorize, type Decision, type Session } from '../iam/authorize.ts'
import type { Declared } from '../ledger/ledger.ts'
import type { Organization, PolicyDocument, PolicyStatement } from '../organization.ts'
import { declared, HUB_ACCOUNT, ledgerOf } from './ledger-builder.ts'

export const TENANT_ACCOUNT = '222222222222'
export const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement })
export const allow = (
  Action: string | string[],
  Resource: string | string[] = '*',
  Condition?: PolicyStatement['Condition'],
) => ({ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) }) as const
export const deny = (
  Action: string | string[],
  Resource: string | string[] = '*',
  Condition?: PolicyStatement['Condition'],
) => ({ ...allow(Action, Resource, Condition), Effect: 'Deny' }) as const
export const trusting = (account: string, Action: string | string[], Condition?: PolicyStatement['Condition']) =>
  ({
    Effect: 'Allow',
    Action,
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    ...(Condition && { Condition }),
  }) as const

export const organization = (serviceControlPolicies: PolicyDocument[] = []): Organization => ({
  id: 'o-example',
  arn: 'arn:aws:organizations::999999999999:organization/o-example',
  ramSharing: true,
  accounts: [HUB_ACCOUNT, TENANT_ACCOUNT].map((id) => ({
    id,
    name: id,
    models: [],
    serviceControlPolicies,
    zones: {},
    roles: [
      {
        name: 'platform-deployer',
        trust: policy({ Effect: 'Allow', Principal: { AWS: id }, Action: 'sts:AssumeRole' }),
        policy: policy(allow('iam:*')),
      },
    ],
  })),
  deployerRoleArn: `arn:aws:iam::${HUB_ACCOUNT}:role/platform-deployer`,
  profiles: {},
})

export const ROLE = `arn:aws:iam::${HUB_ACCOUNT}:role/gateway`
export const session: Session = {
  arn: `arn:aws:sts::${HUB_ACCOUNT}:assumed-role/gateway/s1`,
  account: HUB_ACCOUNT,
  roleArn: ROLE,
  sessionName: 's1',
  tags: {},
  sessionPolicies: [],
}

export function role(policies: readonly PolicyDocument[], outputs: Declared['outputs'] = {}): Declared[] {
  return [
    declared('aws:iam/role:Role', 'gateway', {
      arn: ROLE,
      name: 'gateway',
      assumeRolePolicy: JSON.stringify(policy(trusting(HUB_ACCOUNT, 'sts:AssumeRole'))),
      ...outputs,
    }),
    ...policies.map((document, index) =>
      declared('aws:iam/rolePolicy:RolePolicy', `gateway:${index}`, {
        role: 'gateway',
        policy: JSON.stringify(document),
      }),
    ),
  ]
}

export const TABLE = `arn:aws:dynamodb:us-east-1:${HUB_ACCOUNT}:table/genai-tenants`
export const query: ApiCall = {
  action: 'dynamodb:Query',
  resource: TABLE,
  resourceAccount: HUB_ACCOUNT,
  region: 'us-east-1',
  session,
  context: {},
}

export interface Setting {
  readonly policies?: readonly PolicyDocument[]
  readonly role?: Declared['outputs']
  readonly extra?: readonly Declared[]
  readonly serviceControl?: PolicyDocument[]
  readonly options?: AuthorizeOptions
}

export const authorize = (call: ApiCall, setting: Setting = {}): Promise<Decision> =>
  createAuthorize(
    ledgerOf(role(setting.policies ?? [policy(allow('dynamodb:Query'))], setting.role), setting.extra ?? []),
    organization(setting.serviceControl),
    setting.options,
  )(call)

export const ALLOWED = { allowed: true }
