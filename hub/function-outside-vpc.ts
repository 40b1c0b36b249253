/**
 * A function of the hub outside the VPC: it calls AWS's services at their public addresses, each of which would need an endpoint in the VPC. Its
 * boundary allows what its one policy allows, so no other policy can give its role more.
 */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { type Bundle, functionArchive, HANDLER } from '../shared/bundle.ts'
import { executionRoleTrustPolicy } from '../shared/policies/execution-role.ts'
import type { HubTags } from './tags.ts'

/** A run takes a second or two; the rest is for repetitions while a server does not answer. */
const TIMEOUT_SECONDS = 60
const MEMORY_MEGABYTES = 256
/** How long the function's own log is kept. It has only the runs that failed. */
export const OWN_RETENTION_DAYS = 90

export interface FunctionOutsideVpcArgs {
  /** The name of the function and of its role. */
  readonly functionName: string
  readonly description: string
  readonly boundaryDescription: string
  readonly roleDescription: string
  /** The name of the role's inline policy. */
  readonly policyName: string
  /** The policy as JSON. */
  readonly allowed: pulumi.Output<string>
  readonly bundle: Bundle
  readonly variables: pulumi.Input<Record<string, pulumi.Input<string>>>
  readonly group: aws.cloudwatch.LogGroup
  readonly tags: HubTags
}

/** @param name the logical name of the role, its policy and the function */
export function functionOutsideVpc(
  name: string,
  args: FunctionOutsideVpcArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Function {
  const { functionName, allowed, group, tags } = args
  const boundary = new aws.iam.Policy(
    `${name}-boundary`,
    { name: `${functionName}-boundary`, description: args.boundaryDescription, policy: allowed, tags },
    opts,
  )
  const role = new aws.iam.Role(
    name,
    {
      name: functionName,
      description: args.roleDescription,
      assumeRolePolicy: JSON.stringify(executionRoleTrustPolicy()),
      permissionsBoundary: boundary.arn,
      tags,
    },
    opts,
  )
  const policy = new aws.iam.RolePolicy(name, { name: args.policyName, role: role.name, policy: allowed }, opts)
  return new aws.lambda.Function(
    name,
    {
      name: functionName,
      description: args.description,
      runtime: 'nodejs24.x',
      architectures: ['arm64'],
      handler: HANDLER,
      code: functionArchive(args.bundle),
      role: role.arn,
      memorySize: MEMORY_MEGABYTES,
      timeout: TIMEOUT_SECONDS,
      environment: { variables: args.variables },
      loggingConfig: { logFormat: 'JSON', logGroup: group.name, applicationLogLevel: 'INFO', systemLogLevel: 'WARN' },
      tags,
    },
    { ...opts, dependsOn: [policy] },
  )
}
