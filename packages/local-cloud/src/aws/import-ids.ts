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

const idPart = (from: Properties, name: string): string => text(from, name) ?? ''

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
    of: ({ outputs }) => [`${idPart(outputs, 'logGroupName')}:${idPart(outputs, 'name')}`],
  },
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': {
    format: 'LOGGROUP|FILTER',
    pattern: /^[^|]+\|[^|]+$/,
    of: ({ outputs }) => [`${idPart(outputs, 'logGroup')}|${idPart(outputs, 'name')}`],
  },
  'aws:cognito/userPoolClient:UserPoolClient': {
    format: 'USERPOOL/CLIENT',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ id, outputs }) => [`${idPart(outputs, 'userPoolId')}/${id}`],
  },
  'aws:dynamodb/tableItem:TableItem': {
    format: 'TABLE,HASHKEYVALUE or TABLE,HASHKEYVALUE,RANGEKEYVALUE',
    pattern: /^[^,]+(,[^,]+){1,2}$/,
    of: ({ inputs }) => [[idPart(inputs, 'tableName'), ...keyValues(inputs)].join(',')],
  },
  'aws:ec2/route:Route': {
    format: 'ROUTETABLE_DESTINATION',
    pattern: /^[^_]+_[^_]+$/,
    of: ({ inputs }) => {
      const destination = text(inputs, 'destinationCidrBlock') ?? idPart(inputs, 'destinationPrefixListId')
      return [`${idPart(inputs, 'routeTableId')}_${destination}`]
    },
  },
  'aws:ec2/routeTableAssociation:RouteTableAssociation': {
    format: 'SUBNET/ROUTETABLE',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ inputs }) => [`${idPart(inputs, 'subnetId')}/${idPart(inputs, 'routeTableId')}`],
  },
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': {
    format: 'ROLE/POLICYARN',
    pattern: /^[^/]+\/arn:.+$/,
    of: ({ inputs }) => [`${idPart(inputs, 'role')}/${idPart(inputs, 'policyArn')}`],
  },
  'aws:lambda/permission:Permission': {
    format: 'FUNCTION/STATEMENT',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ inputs, id }) => {
      const name = idPart(inputs, 'function')
      return [`${name}/${id}`, `${name.slice(name.lastIndexOf(':') + 1)}/${id}`]
    },
  },
  'aws:lb/targetGroupAttachment:TargetGroupAttachment': {
    format: 'TARGETGROUPARN,TARGET',
    pattern: /^arn:[^,]+,[^,]+/,
    of: ({ inputs }) => [`${idPart(inputs, 'targetGroupArn')},${idPart(inputs, 'targetId')}`],
  },
  'aws:route53/record:Record': {
    format: 'ZONE_NAME_TYPE',
    // A set identifier may follow: nothing is found by one here.
    pattern: /^[^_]+_.+_[A-Z]+(_.+)?$/,
    of: ({ inputs, outputs }) =>
      [idPart(outputs, 'fqdn'), idPart(inputs, 'name')].map(
        (name) => `${idPart(inputs, 'zoneId')}_${name}_${idPart(inputs, 'type')}`,
      ),
  },
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': ofBucket,
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': ofBucket,
  'aws:s3/bucketVersioning:BucketVersioning': ofBucket,
  'aws:wafv2/webAcl:WebAcl': {
    format: 'ID/NAME/SCOPE',
    pattern: /^[^/]+\/[^/]+\/[^/]+$/,
    of: ({ id, outputs }) => [`${id}/${idPart(outputs, 'name')}/${idPart(outputs, 'scope')}`],
  },
}

/** It stands for a wait, of which nothing is left to be read. */
const NEVER = new Set(['aws:acm/certificateValidation:CertificateValidation'])

function keyValues(inputs: Properties): readonly string[] {
  const item = JSON.parse(idPart(inputs, 'item')) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  const names = [idPart(inputs, 'hashKey'), text(inputs, 'rangeKey')].filter((name) => name !== undefined)
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
