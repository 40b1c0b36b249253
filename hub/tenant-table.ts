/** The table of tenants: the models that each may use, and the endpoint at which they are called. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { tableName } from '../shared/naming.ts'
import { TENANT_KEY } from '../shared/tenant.ts'
import type { HubTags } from './tags.ts'

export interface RegistryArgs {
  readonly deletionProtection: boolean
  readonly tags: HubTags
}

/** A tenant has a few items under its id, so that `dynamodb:LeadingKeys` can restrict which items a function reads. */
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
      // The AWS managed key in this account, whose use CloudTrail records.
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: args.deletionProtection,
      tags: args.tags,
    },
    { ...opts, protect: args.deletionProtection },
  )
}
