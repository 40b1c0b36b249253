/**
 * The audit trail: a log group of its own, and the one function that writes it. Tenants' ingresses send it their audit lines by
 * subscription filters, so that nothing of a tenant can write to the trail, and no request waits for it.
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

/** Source of the function; it shares what signs and sends with the gateway. */
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
  /** Known once CloudWatch Logs may invoke it: a filter that names it before is refused. */
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
        // Its own group is not among them: what it prints does not come back to it.
        sourceArn: `arn:aws:logs:${args.settings.region}:${args.settings.account}:log-group:${TENANT_LOG_GROUP_PREFIX}*:*`,
      },
      child,
    )
    alarms(name, { ...args, functionName: writer.name }, child)
    this.functionArn = pulumi.all([writer.arn, permission.id]).apply(([arn]) => arn)
    this.registerOutputs({ functionArn: this.functionArn })
  }
}

/** Of all tenants, also of those that are gone: it goes with the hub only, and not at all while that is protected. */
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

/** It reaches CloudWatch Logs, and nothing of the hub. */
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

/** Of Lambda's metrics: which one, and what it means that it is not zero. */
const WATCHED = [
  ['audit-errors', 'Errors', 'a delivery of audit lines failed; Lambda tries it twice more'],
  ['audit-lost', 'AsyncEventsDropped', "a delivery was given up: its lines are in the tenant's own log group only"],
] as const

/** After the function: where another hub has its name, the account's alarms are that hub's, and would be overwritten. */
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
