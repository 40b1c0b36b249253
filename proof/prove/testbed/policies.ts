/** Reads policies as they are deployed, to evaluate calls against them. */
import type { PolicyDocument } from '@genai/local-cloud/organization'
import type { Testbed } from './testbed.ts'

/**
 * The trust policy of a role.
 * @throws Error if there is no such role
 */
export function trustOf({ platform }: Testbed, roleArn: string): PolicyDocument {
  const role = platform.cloud.ledger.findBy('aws:iam/role:Role', 'arn', roleArn)
  if (!role) throw new Error(`There is no role ${roleArn}.`)
  return JSON.parse(String(role.outputs.assumeRolePolicy))
}
