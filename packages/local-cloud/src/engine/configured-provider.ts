/** Explicit providers: they decide with which credentials, and so in which account, a resource is made. */

import { AwsError, UnsupportedError } from '../errors.ts'
import type { Authorize, Session } from '../iam/authorize.ts'
import type { LedgerView, Properties, Value } from '../ledger/ledger.ts'
import type { Organization, PolicyDocument } from '../organization.ts'
import { asObject, known, objects, text, texts } from '../resource/values.ts'

export interface Provider {
  readonly account: string
  readonly region: string
  readonly session: Session
}

/** Inputs that decide the principal, account and region; inputs that a local cloud may ignore. Any other input is an error. */
const READ = ['region', 'profile', 'assumeRoles', 'allowedAccountIds', 'forbiddenAccountIds']
const DISREGARDED = [
  'skipCredentialsValidation',
  'skipRegionValidation',
  'skipMetadataApiCheck',
  'maxRetries',
  'version',
]
const ROLE_INPUTS = ['roleArn', 'sessionName', 'externalId', 'tags', 'duration']

export interface DeployedInto {
  readonly ledger: LedgerView
  readonly organization: Organization
  readonly authorize?: Authorize
}

/** @throws AwsError as AWS or the provider refuses. */
export async function openProvider(into: DeployedInto, sent: Properties): Promise<Provider> {
  const inputs = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, parsed(name, value)]))
  for (const name of unknownInputs(inputs)) throw new UnsupportedError(`the input "${name}" of pulumi:providers:aws`)
  const region = text(inputs, 'region')
  if (region === undefined)
    throw new AwsError('MissingRegion', 'could not find AWS region: set "region" on the provider')
  let session = ambient(into.organization, text(inputs, 'profile'))
  for (const role of objects(inputs, 'assumeRoles')) session = await assumeRole(into, session, region, role)
  const { account } = session
  const allowed = texts(inputs, 'allowedAccountIds')
  if ((allowed.length > 0 && !allowed.includes(account)) || texts(inputs, 'forbiddenAccountIds').includes(account))
    throw new AwsError('InvalidAccount', `AWS account ID not allowed: ${account}`)
  return { account, region, session }
}

/** Inputs of a provider that the local cloud does not know. */
export const unknownInputs = (inputs: Properties): readonly string[] =>
  Object.entries(inputs).flatMap(([name, value]) =>
    value === null || READ.includes(name) || DISREGARDED.includes(name) ? [] : [name],
  )

/** Everything except these inputs is sent as JSON text. */
function parsed(name: string, value: Value): Value {
  if (typeof value !== 'string' || ['region', 'profile', 'version'].includes(name)) return value
  try {
    return JSON.parse(value) as Value
  } catch {
    return value
  }
}

/** The session of the deployer's shell, or of a profile on the deployer's machine. */
export function ambient(organization: Organization, profile?: string): Session {
  const roleArn = profile === undefined ? organization.deployerRoleArn : organization.profiles[profile]
  if (roleArn === undefined) {
    const profiles = Object.keys(organization.profiles).join(', ')
    throw new AwsError(
      'SharedConfigProfileNotExist',
      `failed to get shared config profile, ${profile}. There are: ${profiles}`,
    )
  }
  return sessionOf(roleArn, 'deployer', {})
}

function sessionOf(roleArn: string, sessionName: string, tags: Readonly<Record<string, string>>): Session {
  const account = roleArn.split(':')[4] ?? ''
  const role = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`,
    account,
    roleArn,
    sessionName,
    tags,
    sessionPolicies: [],
  }
}

async function assumeRole(into: DeployedInto, from: Session, region: string, role: Properties): Promise<Session> {
  for (const name of Object.keys(role))
    if (role[name] !== null && !ROLE_INPUTS.includes(name))
      throw new UnsupportedError(`the input "assumeRoles.${name}" of pulumi:providers:aws`)
  const roleArn = known(role, 'roleArn')
  const sessionName = text(role, 'sessionName') ?? 'pulumi'
  const tags = Object.fromEntries(Object.entries(asObject(role.tags) ?? {}).map(([key, value]) => [key, String(value)]))
  const denied = (action: string, why = '') =>
    new AwsError(
      'AccessDenied',
      `User: ${from.arn} is not authorized to perform: ${action} on resource: ${roleArn}${why}`,
      403,
    )
  const trust = trustPolicyOf(into, roleArn)
  if (!trust) throw denied('sts:AssumeRole')
  const externalId = text(role, 'externalId')
  const context = {
    'sts:RoleSessionName': sessionName,
    ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(Object.keys(tags).length > 0 && { 'aws:TagKeys': Object.keys(tags) }),
  }
  const actions = Object.keys(tags).length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole']
  for (const action of actions) {
    const decision = await into.authorize?.({
      action,
      resource: roleArn,
      resourceAccount: roleArn.split(':')[4] ?? '',
      region,
      session: from,
      context,
      resourcePolicy: trust,
    })
    if (decision?.allowed === false) throw denied(action, `: ${decision.message}`)
  }
  return sessionOf(roleArn, sessionName, tags)
}

/** The trust policy of a role, which existed before or is declared by a stack. */
function trustPolicyOf({ ledger, organization }: DeployedInto, roleArn: string): PolicyDocument | undefined {
  for (const account of organization.accounts)
    for (const role of account.roles) if (`arn:aws:iam::${account.id}:role/${role.name}` === roleArn) return role.trust
  const declared = ledger.findBy('aws:iam/role:Role', 'arn', roleArn)
  return declared && (JSON.parse(known(declared.outputs, 'assumeRolePolicy')) as PolicyDocument)
}
