/**
 * By which id an existing resource is imported, where it is another one than the resource has afterwards: as the AWS provider
 * documents it, type by type. Everything else is imported by its own id.
 */
import { AwsError } from '../errors.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import { text } from '../resource/values.ts'

interface ImportId {
  /** For the message that refuses another form. */
  readonly format: string
  readonly pattern: RegExp
  /** All that are good. */
  readonly of: (resource: Declared) => readonly string[]
}

const value = (from: Properties, name: string): string => text(from, name) ?? ''

/** A setting of a bucket, also by the bucket and the account that is expected to own it. */
const ofBucket: ImportId = {
  format: 'BUCKET or BUCKET,ACCOUNT',
  pattern: /^[^,]+(,\d{12})?$/,
  of: ({ id, account }) => [id, `${id},${account}`],
}

const IMPORT_IDS: Readonly<Record<string, ImportId>> = {
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': {
    format: 'LOGGROUP:FILTER',
    pattern: /^[^:]+:[^:]+$/,
    of: ({ outputs }) => [`${value(outputs, 'logGroupName')}:${value(outputs, 'name')}`],
  },
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': {
    format: 'LOGGROUP|FILTER',
    pattern: /^[^|]+\|[^|]+$/,
    of: ({ outputs }) => [`${value(outputs, 'logGroup')}|${value(outputs, 'name')}`],
  },
  'aws:cognito/userPoolClient:UserPoolClient': {
    format: 'USERPOOL/CLIENT',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ id, outputs }) => [`${value(outputs, 'userPoolId')}/${id}`],
  },
  'aws:dynamodb/tableItem:TableItem': {
    format: 'TABLE,HASHKEYVALUE or TABLE,HASHKEYVALUE,RANGEKEYVALUE',
    pattern: /^[^,]+(,[^,]+){1,2}$/,
    of: ({ inputs }) => [[value(inputs, 'tableName'), ...keyValues(inputs)].join(',')],
  },
  'aws:ec2/route:Route': {
    format: 'ROUTETABLE_DESTINATION',
    pattern: /^[^_]+_[^_]+$/,
    of: ({ inputs }) => {
      const destination = text(inputs, 'destinationCidrBlock') ?? value(inputs, 'destinationPrefixListId')
      return [`${value(inputs, 'routeTableId')}_${destination}`]
    },
  },
  'aws:ec2/routeTableAssociation:RouteTableAssociation': {
    format: 'SUBNET/ROUTETABLE',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ inputs }) => [`${value(inputs, 'subnetId')}/${value(inputs, 'routeTableId')}`],
  },
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': {
    format: 'ROLE/POLICYARN',
    pattern: /^[^/]+\/arn:.+$/,
    of: ({ inputs }) => [`${value(inputs, 'role')}/${value(inputs, 'policyArn')}`],
  },
  'aws:lambda/permission:Permission': {
    format: 'FUNCTION/STATEMENT',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ inputs, id }) => {
      const name = value(inputs, 'function')
      return [`${name}/${id}`, `${name.slice(name.lastIndexOf(':') + 1)}/${id}`]
    },
  },
  'aws:lb/targetGroupAttachment:TargetGroupAttachment': {
    format: 'TARGETGROUPARN,TARGET',
    pattern: /^arn:[^,]+,[^,]+/,
    of: ({ inputs }) => [`${value(inputs, 'targetGroupArn')},${value(inputs, 'targetId')}`],
  },
  'aws:route53/record:Record': {
    format: 'ZONE_NAME_TYPE',
    // A set identifier may follow: nothing is found by one here.
    pattern: /^[^_]+_.+_[A-Z]+(_.+)?$/,
    of: ({ inputs, outputs }) =>
      [value(outputs, 'fqdn'), value(inputs, 'name')].map(
        (name) => `${value(inputs, 'zoneId')}_${name}_${value(inputs, 'type')}`,
      ),
  },
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': ofBucket,
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': ofBucket,
  'aws:s3/bucketVersioning:BucketVersioning': ofBucket,
  'aws:wafv2/webAcl:WebAcl': {
    format: 'ID/NAME/SCOPE',
    pattern: /^[^/]+\/[^/]+\/[^/]+$/,
    of: ({ id, outputs }) => [`${id}/${value(outputs, 'name')}/${value(outputs, 'scope')}`],
  },
}

/** It stands for a wait, of which nothing is left to be read. */
const NEVER = new Set(['aws:acm/certificateValidation:CertificateValidation'])

function keyValues(inputs: Properties): readonly string[] {
  const item = JSON.parse(value(inputs, 'item')) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  const names = [value(inputs, 'hashKey'), text(inputs, 'rangeKey')].filter((name) => name !== undefined)
  return names.map((name) => String(Object.values(item[name] ?? {})[0]))
}

/** What `pulumi import` takes for a resource. */
export const importIdOf = (resource: Declared): string => IMPORT_IDS[resource.type]?.of(resource)[0] ?? resource.id

/**
 * Whether an existing resource is the one that an import, or a `get`, names.
 * @throws AwsError for a type that cannot be imported, and for an id of another form than the type's
 */
export function importedBy(type: string, id: string): (resource: Declared) => boolean {
  if (NEVER.has(type)) throw new AwsError('InvalidImport', `${type} cannot be imported: the AWS provider has no way to`)
  const form = IMPORT_IDS[type]
  if (!form) return (resource) => resource.id === id
  if (!form.pattern.test(id))
    throw new AwsError('InvalidImport', `unexpected format of ID (${JSON.stringify(id)}), expected ${form.format}`)
  return (resource) => form.of(resource).includes(id)
}
