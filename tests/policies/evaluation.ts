/** For tests of policies: one role with its policies, asked one question at a time. */
import { createAuthorize, type Decision, type Session } from '@genai/local-cloud/iam/authorize'
import { type Declared, Ledger, type Properties } from '@genai/local-cloud/ledger/ledger'
import type { Organization } from '@genai/local-cloud/organization'
import type { PolicyDocument } from '../../shared/policies/document.ts'

export const HUB = '111111111111'
export const TENANT_ACCOUNT = '222222222222'
export const REGION = 'us-east-1'

const account = (id: string) => ({ id, name: id, models: [], serviceControlPolicies: [], roles: [] })

const organization: Organization = {
  id: 'o-1',
  arn: `arn:aws:organizations::${HUB}:organization/o-1`,
  ramSharing: true,
  accounts: [account(HUB), account(TENANT_ACCOUNT)],
  deployerRoleArn: '',
  profiles: {},
}

export interface Caller {
  readonly account: string
  readonly role: string
  readonly policies: readonly PolicyDocument[]
  readonly boundary?: PolicyDocument
  readonly roleTags?: Readonly<Record<string, string>>
  readonly sessionTags?: Readonly<Record<string, string>>
  readonly sourceFunctionArn?: string
}

export interface Question {
  readonly action: string
  readonly resource: string
  readonly resourceAccount?: string
  /** Where it is checked. @default the hub's */
  readonly region?: string
  readonly context?: Readonly<Record<string, string | readonly string[]>>
  readonly resourcePolicy?: PolicyDocument
  readonly endpointPolicy?: PolicyDocument
}

/** Answers for one caller. */
export function caller(args: Caller): (question: Question) => Promise<Decision> {
  const authorize = createAuthorize(new Ledger(resources(args)), organization)
  const session: Session = {
    arn: `arn:aws:sts::${args.account}:assumed-role/${args.role}/session`,
    account: args.account,
    roleArn: `arn:aws:iam::${args.account}:role/${args.role}`,
    sessionName: 'session',
    tags: args.sessionTags ?? {},
    sessionPolicies: [],
    ...(args.sourceFunctionArn !== undefined && { sourceFunctionArn: args.sourceFunctionArn }),
  }
  return ({ context = {}, resourceAccount = args.account, region = REGION, ...question }) =>
    authorize({ ...question, session, region, resourceAccount, context })
}

function* resources({ account: owner, role, policies, boundary, roleTags = {} }: Caller): Generator<Declared> {
  const declare = (type: string, id: string, outputs: Properties): Declared => ({
    urn: `urn:pulumi:test::test::${type}::${id}`,
    type,
    id,
    account: owner,
    region: REGION,
    inputs: {},
    outputs,
    options: { dependencies: [], protect: false, retainOnDelete: false },
  })
  const boundaryArn = `arn:aws:iam::${owner}:policy/boundary`
  yield declare('aws:iam/role:Role', role, {
    name: role,
    arn: `arn:aws:iam::${owner}:role/${role}`,
    assumeRolePolicy: '{"Version":"2012-10-17","Statement":[]}',
    tags: roleTags,
    ...(boundary && { permissionsBoundary: boundaryArn }),
  })
  if (boundary) {
    yield declare('aws:iam/policy:Policy', boundaryArn, { arn: boundaryArn, policy: JSON.stringify(boundary) })
  }
  for (const [index, policy] of policies.entries()) {
    yield declare('aws:iam/rolePolicy:RolePolicy', `${role}:${index}`, { role, policy: JSON.stringify(policy) })
  }
}
