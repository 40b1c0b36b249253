/** The table of counters: what tenants, callers and models with limits have used. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { usageTableName } from '../shared/naming.ts'
import { usageTablePolicy } from '../shared/policies/usage.ts'
import type { HubSettings } from '../shared/settings.ts'
import { USAGE_KEY, USAGE_TTL } from '../shared/usage-table.ts'
import type { HubTags } from './tags.ts'

export interface UsageArgs {
  readonly settings: Pick<HubSettings, 'account' | 'deletionProtection'>
  readonly tags: HubTags
}

/** Every hub has this table. It is paid by the request, so it costs nothing while no tenant has limits. */
export class Usage extends pulumi.ComponentResource {
  readonly tableName: pulumi.Output<string>
  /** Known after the table's policy lets only gateways write to it. */
  readonly tableArn: pulumi.Output<string>

  constructor(name: string, { settings, tags }: UsageArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Usage', name, {}, opts)
    const { account, deletionProtection } = settings
    const child = { parent: this }
    const table = new aws.dynamodb.Table(
      name,
      {
        name: usageTableName,
        billingMode: 'PAY_PER_REQUEST',
        hashKey: USAGE_KEY,
        attributes: [{ name: USAGE_KEY, type: 'S' }],
        ttl: { attributeName: USAGE_TTL, enabled: true },
        pointInTimeRecovery: { enabled: true },
        // The AWS managed key in this account, whose use CloudTrail records.
        serverSideEncryption: { enabled: true },
        // Without backups, a lost table would mean that the month's budgets begin again.
        deletionProtectionEnabled: deletionProtection,
        tags,
      },
      { ...child, protect: deletionProtection },
    )
    const policy = new aws.dynamodb.ResourcePolicy(
      name,
      {
        resourceArn: table.arn,
        policy: table.arn.apply((tableArn) => JSON.stringify(usageTablePolicy({ tableArn, account }))),
      },
      child,
    )
    this.tableName = table.name
    this.tableArn = pulumi.all([table.arn, policy.id]).apply(([arn]) => arn)
    this.registerOutputs({ tableName: this.tableName, tableArn: this.tableArn })
  }
}
