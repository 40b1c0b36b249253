/**
 * The audit trail: a log group, and the only function that writes it. The tenants' ingresses send it their audit lines by subscription filters.
 * So no resource of a tenant can write to the trail, and no request waits for it.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Bundle } from '../shared/bundle.ts'
import { auditFunctionName, auditLogGroupName, TENANT_LOG_GROUP_PREFIX } from '../shared/naming.ts'
import { auditRolePolicy } from '../shared/policies/audit.ts'
import type { HubSettings } from '../shared/settings.ts'
import type { AuditEnvironment } from '../shared/tenant.ts'
import { alarm } from './alarms.ts'
import { functionOutsideVpc, OWN_RETENTION_DAYS } from './function-outside-vpc.ts'
import type { HubTags } from './tags.ts'

/** The source of the function. It shares the AWS client code with the gateway. */
export const AUDIT_ENTRY = 'functions/audit/handler.ts'

export interface AuditArgs {
  readonly settings: Pick<
    HubSettings,
    'account' | 'region' | 'auditRetentionDays' | 'alarmTopicArn' | 'deletionProtection'
  >
  readonly bundle: Bundle
  readonly tags: HubTags
}

export class Audit extends pulumi.ComponentResource {
  /** Known after CloudWatch Logs may invoke the function: AWS refuses a filter that names it before. */
  readonly functionArn: pulumi.Output<string>

  constructor(name: string, args: AuditArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Audit', name, {}, opts)
    const child = { parent: this }
    const trail = trailGroup(name, args, child)
    const writer = auditFunction(name, { ...args, trail }, child)
    const permission = new aws.lambda.Permission(
      name,
      {
        statementId: 'tenants-log-groups',
        action: 'lambda:InvokeFunction',
        function: writer.name,
        principal: 'logs.amazonaws.com',
        sourceAccount: args.settings.account,
        // The function's own log group is not among them, so it does not get its own output back.
        sourceArn: `arn:aws:logs:${args.settings.region}:${args.settings.account}:log-group:${TENANT_LOG_GROUP_PREFIX}*:*`,
      },
      child,
    )
    alarms(name, { ...args, functionName: writer.name }, child)
    this.functionArn = pulumi.all([writer.arn, permission.id]).apply(([arn]) => arn)
    this.registerOutputs({ functionArn: this.functionArn })
  }
}

/** The trail of all tenants, also of removed ones. Only destroying the hub deletes it, and not while it is protected. */
function trailGroup(name: string, { settings, tags }: AuditArgs, opts: pulumi.CustomResourceOptions) {
  return new aws.cloudwatch.LogGroup(
    name,
    {
      name: auditLogGroupName,
      retentionInDays: settings.auditRetentionDays,
      deletionProtectionEnabled: settings.deletionProtection,
      tags,
    },
    { ...opts, protect: settings.deletionProtection },
  )
}

/** The function reaches CloudWatch Logs, and nothing in the hub's VPC. */
function auditFunction(
  name: string,
  { bundle, trail, tags }: AuditArgs & { readonly trail: aws.cloudwatch.LogGroup },
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Function {
  const group = new aws.cloudwatch.LogGroup(
    `${name}-function`,
    { name: `/aws/lambda/${auditFunctionName}`, retentionInDays: OWN_RETENTION_DAYS, tags },
    opts,
  )
  const variables: pulumi.Input<Record<keyof AuditEnvironment, pulumi.Input<string>>> = {
    AUDIT_LOG_GROUP: trail.name,
    TENANT_LOG_GROUP_PREFIX,
  }
  return functionOutsideVpc(
    name,
    {
      functionName: auditFunctionName,
      description: "Writes tenants' audit lines to the trail",
      boundaryDescription: 'Bounds the role of the audit function, whatever policies it is given',
      roleDescription: 'Writes the audit trail',
      policyName: 'write',
      allowed: pulumi
        .all([trail.arn, group.arn])
        .apply(([trailArn, logGroupArn]) => JSON.stringify(auditRolePolicy({ trailArn, logGroupArn }))),
      bundle,
      variables,
      group,
      tags,
    },
    opts,
  )
}

/** Metrics of Lambda, and what it means if one is not zero. */
const WATCHED = [
  ['audit-errors', 'Errors', 'a delivery of audit lines failed; Lambda tries it twice more'],
  ['audit-lost', 'AsyncEventsDropped', "a delivery was given up: its lines are in the tenant's own log group only"],
] as const

/**
 * Made after the function. If another hub in the account has a function with this name, making the function fails; otherwise that hub's alarms
 * would be overwritten.
 */
function alarms(
  name: string,
  { settings, tags, functionName }: AuditArgs & { readonly functionName: pulumi.Output<string> },
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [what, metricName, description] of WATCHED)
    alarm(
      `${name}-${what}`,
      {
        what,
        description: `Audit trail: ${description}`,
        namespace: 'AWS/Lambda',
        metricName,
        dimensions: { FunctionName: functionName },
        threshold: 1,
        minutes: 1,
        alarmTopicArn: settings.alarmTopicArn,
        tags,
      },
      opts,
    )
}
