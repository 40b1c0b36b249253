/** A log group for the records of an AWS service, and the role with which only this service writes to it. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { PolicyDocument } from '../policies/document.ts'

/** An account's records are kept for a year, which auditors ask for. */
const RETENTION_DAYS = 365

export interface LogSinkArgs {
  /** The beginning of the generated name, so that a log that outlived its stack never conflicts with a new one. */
  readonly namePrefix: string
  readonly roleName: string
  /**
   * The ARN of the role's permissions boundary.
   * @default none
   */
  readonly permissionsBoundary?: string
  /** The trust policy, which names the service. */
  readonly trust: PolicyDocument
  /** The permissions, given the group's ARN. */
  readonly policy: (logGroupArn: string) => PolicyDocument
  /** Whether the records stay after the stack is destroyed, until their retention ends. */
  readonly deletionProtection: boolean
  readonly tags: Readonly<Record<string, string>>
}

export interface LogSink {
  readonly group: aws.cloudwatch.LogGroup
  readonly role: aws.iam.Role
  /** Writers depend on this resource: before, they may not write. */
  readonly writable: pulumi.Resource
}

export function logSink(name: string, args: LogSinkArgs, opts: pulumi.CustomResourceOptions): LogSink {
  const { namePrefix, tags } = args
  const group = new aws.cloudwatch.LogGroup(
    name,
    { namePrefix, retentionInDays: RETENTION_DAYS, tags },
    { ...opts, retainOnDelete: args.deletionProtection },
  )
  const { roleName, trust, permissionsBoundary } = args
  const role = new aws.iam.Role(
    name,
    {
      name: roleName,
      assumeRolePolicy: JSON.stringify(trust),
      ...(permissionsBoundary && { permissionsBoundary }),
      tags,
    },
    opts,
  )
  const writable = new aws.iam.RolePolicy(
    name,
    { name: 'write', role: role.name, policy: group.arn.apply((arn) => JSON.stringify(args.policy(arn))) },
    opts,
  )
  return { group, role, writable }
}
