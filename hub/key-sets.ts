/**
 * `keySetVia: table`: a function outside the VPC fetches every issuer's key set each minute and stores it in a table, which the tenants'
 * functions read. So the hub's VPC needs neither a way to the internet nor Cognito's endpoint for it.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Bundle } from '../shared/bundle.ts'
import type { HubIdentity } from '../shared/contract.ts'
import { HUB_METRICS, keySetsFunctionName, keySetsTableName, roleArn } from '../shared/naming.ts'
import { keySetsRolePolicy, keySetsTablePolicy } from '../shared/policies/key-sets.ts'
import type { HubSettings } from '../shared/settings.ts'
import { HUB_OWNER, KEY_SETS_KEY, type KeySetsEnvironment } from '../shared/tenant.ts'
import { alarm } from './alarms.ts'
import { functionOutsideVpc, OWN_RETENTION_DAYS } from './function-outside-vpc.ts'
import type { HubTags } from './tags.ts'

/** The source of the function. It shares the AWS client code with the gateway. */
export const KEY_SETS_ENTRY = 'functions/key-sets/handler.ts'

export interface KeySetsArgs {
  readonly settings: Pick<HubSettings, 'account' | 'alarmTopicArn'>
  readonly bundle: Bundle
  /** The table of tenants. */
  readonly tenants: aws.dynamodb.Table
  /** The issuer of the hub's own user pool. */
  readonly issuer: pulumi.Output<string>
  /** The external provider of people, if there is one. */
  readonly provider?: Pick<HubIdentity, 'issuer' | 'jwksUri'> | undefined
  readonly tags: HubTags
}

export class KeySets extends pulumi.ComponentResource {
  readonly tableName: pulumi.Output<string>
  readonly tableArn: pulumi.Output<string>
  /** Known once the hub's own key set is in the table. */
  readonly functionArn: pulumi.Output<string>

  constructor(name: string, args: KeySetsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:KeySets', name, {}, opts)
    const child = { parent: this }
    const table = keySetsTable(name, args, child)
    const group = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${keySetsFunctionName}`, retentionInDays: OWN_RETENTION_DAYS, tags: args.tags },
      child,
    )
    const fetcher = fetchFunction(name, { ...args, table, group }, child)
    everyMinute(name, { ...args, fetcher }, child)
    const first = atDeployment(name, { ...args, fetcher }, child)
    alarms(name, { ...args, group }, child)
    this.tableName = table.name
    this.tableArn = table.arn
    this.functionArn = pulumi.all([fetcher.arn, first.id]).apply(([arn]) => arn)
    this.registerOutputs({ tableName: this.tableName, functionArn: this.functionArn })
  }
}

/** What is in it is fetched again within a minute: nothing of it is protected. */
function keySetsTable(
  name: string,
  { settings, tags }: KeySetsArgs,
  opts: pulumi.CustomResourceOptions,
): aws.dynamodb.Table {
  const table = new aws.dynamodb.Table(
    name,
    {
      name: keySetsTableName,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: KEY_SETS_KEY.hash,
      rangeKey: KEY_SETS_KEY.range,
      attributes: [
        { name: KEY_SETS_KEY.hash, type: 'S' },
        { name: KEY_SETS_KEY.range, type: 'S' },
      ],
      pointInTimeRecovery: { enabled: true },
      // AWS's key in this account: its use is in the account's audit trail.
      serverSideEncryption: { enabled: true },
      tags,
    },
    opts,
  )
  new aws.dynamodb.ResourcePolicy(
    name,
    {
      resourceArn: table.arn,
      policy: table.arn.apply((tableArn) =>
        JSON.stringify(keySetsTablePolicy({ tableArn, roleArn: roleArn(settings.account, keySetsFunctionName) })),
      ),
    },
    opts,
  )
  return table
}

interface FetchFunctionArgs extends KeySetsArgs {
  readonly table: aws.dynamodb.Table
  readonly group: aws.cloudwatch.LogGroup
}

/** It reaches the internet, and nothing of the hub but DynamoDB. */
function fetchFunction(
  name: string,
  { bundle, table, tenants, issuer, provider, group, tags }: FetchFunctionArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Function {
  const variables: { readonly [K in keyof KeySetsEnvironment]: pulumi.Input<string> } = {
    KEY_SETS_TABLE: table.name,
    TENANTS_TABLE: tenants.name,
    ISSUER: issuer,
    ...(provider && { IDENTITY_ISSUER: provider.issuer, IDENTITY_JWKS_URI: provider.jwksUri }),
  }
  return functionOutsideVpc(
    name,
    {
      functionName: keySetsFunctionName,
      description: "Fetches issuers' key sets",
      boundaryDescription: 'Bounds the role of the function that fetches key sets, whatever policies it is given',
      roleDescription: "Writes issuers' key sets",
      policyName: 'fetch',
      allowed: pulumi
        .all([tenants.arn, table.arn, group.arn])
        .apply(([tenantsTableArn, keySetsTableArn, logGroupArn]) =>
          JSON.stringify(keySetsRolePolicy({ tenantsTableArn, keySetsTableArn, logGroupArn })),
        ),
      bundle,
      variables,
      group,
      tags,
    },
    opts,
  )
}

type WithFetcher = Pick<KeySetsArgs, 'settings' | 'bundle' | 'issuer' | 'provider' | 'tags'> & {
  readonly fetcher: aws.lambda.Function
}

/** A rule rather than EventBridge Scheduler's schedule: it needs no role that it could be given more with. */
function everyMinute(name: string, { settings, fetcher, tags }: WithFetcher, opts: pulumi.CustomResourceOptions): void {
  const rule = new aws.cloudwatch.EventRule(
    name,
    {
      name: keySetsFunctionName,
      description: "Fetches issuers' key sets",
      scheduleExpression: 'rate(1 minute)',
      tags,
    },
    opts,
  )
  const permission = new aws.lambda.Permission(
    name,
    {
      statementId: 'every-minute',
      action: 'lambda:InvokeFunction',
      function: fetcher.name,
      principal: 'events.amazonaws.com',
      sourceAccount: settings.account,
      sourceArn: rule.arn,
    },
    opts,
  )
  new aws.cloudwatch.EventTarget(
    name,
    { rule: rule.name, targetId: 'fetch', arn: fetcher.arn, input: '{}' },
    { ...opts, dependsOn: [permission] },
  )
}

/** A hub that is made, or whose function is another, has its keys before a tenant is served; one that cannot get them fails. */
const atDeployment = (
  name: string,
  { bundle, issuer, provider, fetcher }: WithFetcher,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.Invocation =>
  new aws.lambda.Invocation(
    name,
    {
      functionName: fetcher.name,
      input: JSON.stringify({ owner: HUB_OWNER }),
      triggers: {
        code: bundle.sha256,
        issuer,
        ...(provider && { provider: `${provider.issuer} ${provider.jwksUri}` }),
      },
    },
    { ...opts, dependsOn: [fetcher] },
  )

/** Metric → lines that count. With an external provider its keys are those that people wait for. */
const metrics = (provider: KeySetsArgs['provider']) => ({
  'key-sets-fetched': `{ $.owner = "${HUB_OWNER}" && $.outcome = "fetched"${provider ? ` && $.issuer = "${provider.issuer}"` : ''} }`,
  'key-sets-failed': '{ $.outcome = "failed" }',
})

function alarms(
  name: string,
  { settings, provider, group, tags }: Pick<FetchFunctionArgs, 'settings' | 'provider' | 'group' | 'tags'>,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [metric, pattern] of Object.entries(metrics(provider))) {
    new aws.cloudwatch.LogMetricFilter(
      `${name}-${metric}`,
      {
        name: metric,
        logGroupName: group.name,
        pattern,
        metricTransformation: { namespace: HUB_METRICS, name: metric, value: '1' },
      },
      opts,
    )
  }
  const shared = { namespace: HUB_METRICS, threshold: 1, minutes: 5, alarmTopicArn: settings.alarmTopicArn, tags }
  alarm(
    `${name}-stale`,
    {
      ...shared,
      what: 'key-sets-stale',
      // Whatever the cause: the schedule, the function, the table, or the issuer.
      description:
        "The hub's key set was not fetched for five minutes. New keys are not known; the last ones are used for a day",
      metricName: 'key-sets-fetched',
      when: 'below',
    },
    opts,
  )
  alarm(
    `${name}-failed`,
    {
      ...shared,
      what: 'key-sets-failed',
      description: "An issuer's key set was not fetched for five minutes: the function's log says whose, and why",
      metricName: 'key-sets-failed',
    },
    opts,
  )
}
