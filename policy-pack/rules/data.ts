/** Rules about stored data: it is encrypted, kept for a stated time, and not public. */
import type { Statement } from '../documents.ts'
import {
  asList,
  asMap,
  asTexts,
  isUnknown,
  ofType,
  type Resource,
  type Rule,
  refersTo,
  type Violation,
  violation,
} from '../resource.ts'
import { eachAllow } from './documents.ts'

const BUCKET = 'aws:s3/bucket:Bucket'
const TABLE = 'aws:dynamodb/table:Table'
const OBJECT = 'aws:s3/bucketObjectv2:BucketObjectv2'
const INSTANCE = 'aws:ec2/instance:Instance'

/** Settings of S3 buckets are separate resources. Finds the buckets without a setting resource that passes the check. */
function bucketsWithout(
  resources: readonly Resource[],
  part: { readonly type: string; readonly property: string; readonly does: (rule: unknown) => boolean },
  message: string,
): readonly Violation[] {
  return ofType(resources, BUCKET)
    .filter(
      (bucket) =>
        !ofType(resources, part.type).some(
          (other) =>
            refersTo(other, 'bucket', bucket) &&
            (isUnknown(other, part.property) || asList(other.inputs[part.property]).some(part.does)),
        ),
    )
    .map((bucket) => violation(bucket, message))
}

const ENCRYPTION = {
  type: 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  property: 'rules',
  does: (rule: unknown) => typeof asMap(asMap(rule).applyServerSideEncryptionByDefault).sseAlgorithm === 'string',
}
const EXPIRY = {
  type: 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
  property: 'rules',
  does: (rule: unknown) => asMap(rule).status === 'Enabled' && Number(asMap(asMap(rule).expiration).days) > 0,
}

const bucketsAreEncrypted: Rule = {
  name: 'buckets-are-encrypted',
  says: 'How a bucket encrypts what it holds is declared.',
  remedy: 'Declare a BucketServerSideEncryptionConfiguration for it.',
  scope: 'stack',
  check: (resources) => bucketsWithout(resources, ENCRYPTION, 'Its encryption is not declared.'),
}

const encrypted: Rule = {
  name: 'data-is-encrypted',
  says: 'Tables and disks are encrypted.',
  remedy: 'Turn its encryption on.',
  scope: 'resource',
  check: (resources) => [
    ...ofType(resources, TABLE)
      .filter((table) => !isUnknown(table, 'serverSideEncryption'))
      .filter(({ inputs }) => asMap(inputs.serverSideEncryption).enabled !== true)
      .map((table) => violation(table, 'It is not encrypted with a key of this account.')),
    ...ofType(resources, INSTANCE)
      .filter((instance) => !isUnknown(instance, 'rootBlockDevice') && !isUnknown(instance, 'ebsBlockDevices'))
      .filter(({ inputs: { rootBlockDevice, ebsBlockDevices } }) =>
        [rootBlockDevice, ...asList(ebsBlockDevices)].some((disk) => asMap(disk).encrypted !== true),
      )
      .map((instance) => violation(instance, 'A disk of it is not encrypted.')),
  ],
}

const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'

const logsExpire: Rule = {
  name: 'logs-have-a-retention',
  says: 'A log group keeps its lines for a stated time.',
  remedy: 'Set retentionInDays.',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, LOG_GROUP)
      .filter((group) => !isUnknown(group, 'retentionInDays') && !(Number(group.inputs.retentionInDays) > 0))
      .map((group) => violation(group, 'It keeps its lines for ever.')),
}

const nothingForEver: Rule = {
  name: 'nothing-is-kept-for-ever',
  says: 'What a bucket is sent expires, and every function writes to a log group that is declared.',
  remedy: 'Declare an enabled rule with an expiration, or the log group.',
  scope: 'stack',
  check: (resources) => {
    const groups = ofType(resources, LOG_GROUP)
    return [
      // Files that a stack itself puts into a bucket are no records, and are deleted with the stack.
      ...bucketsWithout(resources, EXPIRY, 'Nothing in it ever expires.').filter(
        ({ urn }) => !ofType(resources, OBJECT).some((object) => object.references.bucket?.includes(urn)),
      ),
      ...ofType(resources, 'aws:lambda/function:Function')
        .filter((lambda) => !groups.some((group) => isLogGroupOf(group, lambda)))
        .map((lambda) => violation(lambda, 'Lambda makes its log group, without a retention.')),
    ]
  },
}

function isLogGroupOf(group: Resource, lambda: Resource): boolean {
  if (refersTo(lambda, 'loggingConfig', group)) return true
  const { logGroup } = asMap(lambda.inputs.loggingConfig)
  const named = logGroup ?? (lambda.inputs.name === undefined ? undefined : `/aws/lambda/${lambda.inputs.name}`)
  return named !== undefined && group.inputs.name === named
}

const recoverable: Rule = {
  name: 'tables-can-be-recovered',
  says: 'A table can be put back to any moment of the last days.',
  remedy: 'Set pointInTimeRecovery.',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, TABLE)
      .filter((table) => !isUnknown(table, 'pointInTimeRecovery'))
      .filter(({ inputs }) => asMap(inputs.pointInTimeRecovery).enabled !== true)
      .map((table) => violation(table, 'It has no point-in-time recovery.')),
}

const METRICS = 'AWS::CloudWatch::Metric'

/** Shared log groups would include prompts, if the account records them. */
const metricsOnly: Rule = {
  name: 'accounts-share-bedrock-metrics-only',
  says: "An account shares Bedrock's metrics with another one, and nothing else; a sink takes metrics, and nothing else.",
  remedy:
    "Declare the link as spoke/account/metrics-link.ts does, and the sink's policy with a condition on oam:ResourceTypes.",
  scope: 'resource',
  check: (resources) => [
    ...ofType(resources, 'aws:oam/link:Link').flatMap((link) => {
      const { resourceTypes, linkConfiguration } = link.inputs
      const { metricConfiguration, logGroupConfiguration } = asMap(linkConfiguration)
      const more = asTexts(resourceTypes).filter((type) => type !== METRICS)
      const { filter } = asMap(metricConfiguration)
      return [
        ...(more.length > 0 || logGroupConfiguration !== undefined ? ['It shares more than metrics.'] : []),
        ...(filter === "Namespace IN ('AWS/Bedrock')" || isUnknown(link, 'linkConfiguration')
          ? []
          : ["It shares other metrics than Bedrock's."]),
      ].map((message) => violation(link, message))
    }),
    ...sinksTakeMetrics(resources),
  ],
}

const sinksTakeMetrics = eachAllow(({ conditions }, { owner }) =>
  owner.type !== 'aws:oam/sinkPolicy:SinkPolicy' || takesMetricsOnly(conditions)
    ? []
    : ['It lets accounts share more than metrics.'],
)

/** The condition key has the list of what a link shares, which is never empty. */
function takesMetricsOnly(conditions: Statement['conditions']): boolean {
  const types = asTexts(conditions['ForAllValues:StringEquals']?.['oam:ResourceTypes'])
  return types.length === 1 && types[0] === METRICS
}

const PUBLIC_SWITCHES = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets']

const privateBuckets: Rule = {
  name: 'buckets-are-private',
  says: 'Every bucket blocks public access, all four ways.',
  remedy: 'Declare a BucketPublicAccessBlock with all four set.',
  scope: 'stack',
  check: (resources) =>
    ofType(resources, BUCKET).flatMap((bucket) => {
      const block = ofType(resources, 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock').find((candidate) =>
        refersTo(candidate, 'bucket', bucket),
      )
      const open = PUBLIC_SWITCHES.filter((key) => block?.inputs[key] !== true && !block?.unknown.includes(key))
      return open.length === 0 ? [] : [violation(bucket, `Public access is not blocked: ${open.join(', ')}.`)]
    }),
}

const networksAreLogged: Rule = {
  name: 'networks-have-flow-logs',
  says: 'Every VPC has flow logs of all traffic.',
  remedy: 'Declare a FlowLog of it with trafficType "ALL".',
  scope: 'stack',
  check: (resources) => {
    const logs = ofType(resources, 'aws:ec2/flowLog:FlowLog').filter(({ inputs }) => inputs.trafficType === 'ALL')
    return ofType(resources, 'aws:ec2/vpc:Vpc', 'aws:ec2/defaultVpc:DefaultVpc')
      .filter((vpc) => !logs.some((log) => refersTo(log, 'vpcId', vpc)))
      .map((vpc) => violation(vpc, 'It has no flow logs of all traffic.'))
  },
}

const instancesGuardCredentials: Rule = {
  name: 'instances-guard-their-credentials',
  says: 'An instance hands its credentials only to who asks with a session token (IMDSv2).',
  remedy: 'Set metadataOptions.httpTokens to "required".',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, INSTANCE, 'aws:ec2/launchTemplate:LaunchTemplate')
      .filter((instance) => !isUnknown(instance, 'metadataOptions'))
      .filter(({ inputs }) => !asTexts(asMap(inputs.metadataOptions).httpTokens).includes('required'))
      .map((instance) => violation(instance, 'Its metadata service answers without a session token.')),
}

export const DATA_RULES: readonly Rule[] = [
  bucketsAreEncrypted,
  encrypted,
  logsExpire,
  nothingForEver,
  recoverable,
  privateBuckets,
  networksAreLogged,
  instancesGuardCredentials,
  metricsOnly,
]
