/** Where an AWS service writes its records: a log group, and the role by which that service, and nobody else, writes to it. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { PolicyDocument } from '../policies/document.ts'

/** How long an account's records are kept: a year, which auditors ask for. */
const RETENTION_DAYS = 365

export interface LogSinkArgs {
  /** The group's name is generated: a log that outlived its stack is never in the way of a new one. */
  readonly namePrefix: string
  readonly roleName: string
  /** Which service may be the role. */
  readonly trust: PolicyDocument
  /** What it may do, given the group's ARN. */
  readonly policy: (logGroupArn: string) => PolicyDocument
  /** The records outlive the stack, until their retention ends. */
  readonly deletionProtection: boolean
  readonly tags: Readonly<Record<string, string>>
}

export interface LogSink {
  readonly group: aws.cloudwatch.LogGroup
  readonly role: aws.iam.Role
  /** What a writer waits for: until then it may not write. */
  readonly writable: pulumi.Resource
}

export function logSink(name: string, args: LogSinkArgs, opts: pulumi.CustomResourceOptions): LogSink {
  const { namePrefix, tags } = args
  const group = new aws.cloudwatch.LogGroup(
    name,
    { namePrefix, retentionInDays: RETENTION_DAYS, tags },
    { ...opts, retainOnDelete: args.deletionProtection },
  )
  const role = new aws.iam.Role(name, { name: args.roleName, assumeRolePolicy: JSON.stringify(args.trust), tags }, opts)
  const writable = new aws.iam.RolePolicy(
    name,
    { name: 'write', role: role.name, policy: group.arn.apply((arn) => JSON.stringify(args.policy(arn))) },
    opts,
  )
  return { group, role, writable }
}
