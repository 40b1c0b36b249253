/** The table of tenants: which models each may use, and where they are called. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { tableName } from '../shared/naming.ts'
import { TENANT_KEY } from '../shared/tenant.ts'
import type { HubTags } from './tags.ts'

export interface RegistryArgs {
  readonly deletionProtection: boolean
  readonly tags: HubTags
}

/** A tenant is a few items under its id, so that `dynamodb:LeadingKeys` bounds what a function can read. */
export function registry(name: string, args: RegistryArgs, opts: pulumi.CustomResourceOptions): aws.dynamodb.Table {
  return new aws.dynamodb.Table(
    name,
    {
      name: tableName,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: TENANT_KEY.hash,
      rangeKey: TENANT_KEY.range,
      attributes: [
        { name: TENANT_KEY.hash, type: 'S' },
        { name: TENANT_KEY.range, type: 'S' },
      ],
      pointInTimeRecovery: { enabled: true },
      // AWS's key in this account: its use is in the account's audit trail.
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: args.deletionProtection,
      tags: args.tags,
    },
    { ...opts, protect: args.deletionProtection },
  )
}
