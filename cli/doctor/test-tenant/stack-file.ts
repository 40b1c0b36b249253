/**
 * The stack file of the doctor's own tenant, in the form of `tenant add`. The tenant has a fixed name, so that it is never confused with another
 * tenant, and a later run finds one that was left behind.
 */
import { accountOfRole } from '../../../shared/settings/common.ts'
import { stackFile } from '../../pulumi/stack-files.ts'
import { type NewTenant, newTenant } from '../../tenant/add.ts'
import { type StackFile, stackFileText } from '../../tenant/stack-file.ts'
import { type Arguments, UserError } from '../../verb.ts'

/** The tenant id that this command reserves: a stack file with it comes from an earlier run. */
export const TEST_TENANT = 'doctortest'
export const TEST_STACK = `spoke-${TEST_TENANT}`

/** Flags that say what is deployed and with whose credentials. The command guesses none of them. */
export const TEST_OPTIONS = {
  'with-test-tenant': {
    type: 'string',
    placeholder: 'ACCOUNT',
    help: '12 digits: with --deployed, deploys a tenant there, asks what needs one, and destroys it',
  },
  'deployer-role': {
    type: 'string',
    placeholder: 'ARN',
    help: 'of the test tenant: the role in its account to deploy with',
  },
  'deployer-profile': {
    type: 'string',
    placeholder: 'NAME',
    help: 'the AWS profile to deploy with, or to assume that role from',
  },
  'hub-deployer-role': {
    type: 'string',
    placeholder: 'ARN',
    help: "a deployer in the hub's account (this shell's credentials)",
  },
  'hub-deployer-profile': { type: 'string', placeholder: 'NAME', help: 'the same, as an AWS profile' },
  model: {
    type: 'string',
    placeholder: 'NAME=ID',
    multiple: true,
    help: 'of the test tenant: a name and a Bedrock model or profile id (at least one)',
  },
  cidr: { type: 'string', placeholder: 'BLOCK', help: "of the test tenant (the lowest free one of the hub's)" },
  zone: {
    type: 'string',
    placeholder: 'ID',
    multiple: true,
    help: "of the test tenant (those of the hub's other tenants)",
  },
  yes: { type: 'boolean', help: 'do not ask before the test tenant is deployed' },
} as const

type Values = Arguments['values']

const text = (values: Values, name: string) => (values[name] === undefined ? undefined : String(values[name]))

/**
 * @param hubStack name of the hub's stack
 * @throws UserError for flags that are missing, or that fit no tenant of this hub
 */
export function testTenant(values: Values, hubStack: string, project: string, directory?: string): NewTenant {
  const account = text(values, 'with-test-tenant') ?? ''
  const role = text(values, 'deployer-role')
  const profile = text(values, 'deployer-profile')
  if (role === undefined && profile === undefined)
    throw new UserError(
      `With whose credentials is the test tenant deployed into ${account}?`,
      'Add --deployer-role ARN or --deployer-profile NAME, as in a stack file (docs/deployers.md). The role that asks only reads, and is never used for it.',
    )
  if (role !== undefined && accountOfRole(role) !== account)
    throw new UserError(
      `--deployer-role is in account ${accountOfRole(role) ?? 'none'}, and the test tenant in ${account}.`,
      `Name a role of ${account}: arn:aws:iam::${account}:role/genai-deployer`,
    )
  const given = {
    account,
    ...(values.model !== undefined && { model: values.model }),
    ...(values.cidr !== undefined && { cidr: values.cidr }),
    ...(values.zone !== undefined && { zone: values.zone }),
    ...(role !== undefined && { 'role-arn': role }),
    ...(hubStack !== 'hub' && { 'hub-stack': `organization/${project}/${hubStack}` }),
  }
  if (stackFile(TEST_STACK, directory) !== undefined)
    throw new UserError(
      `Pulumi.${TEST_STACK}.yaml is here: an earlier run has left its tenant, or is under way.`,
      `Clean up first: ${cleanUp()}`,
    )
  const made = newTenant(TEST_TENANT, given, directory)
  const hubRoleArn = text(values, 'hub-deployer-role')
  const hubProfile = text(values, 'hub-deployer-profile')
  // Without a deployer's role, the profile's own identity deploys.
  const { roleArn: _, ...rest } = made.written
  const written: StackFile = {
    ...rest,
    ...(role !== undefined && { roleArn: role }),
    ...(profile !== undefined && { profile }),
    ...(hubRoleArn !== undefined && { hubRoleArn }),
    ...(hubProfile !== undefined && { hubProfile }),
  }
  return { ...made, written, text: stackFileText(written) }
}

/** The commands, in order, that a person runs if this command failed. */
export const cleanUp = (): string =>
  `pulumi destroy -s ${TEST_STACK}, until it succeeds; pulumi stack rm ${TEST_STACK}; rm Pulumi.${TEST_STACK}.yaml`
