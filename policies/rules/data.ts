/** Rules over what is kept: encrypted, kept for a stated time, not public. */
import { asMap, isUnknown, ofType, type Resource, type Rule, refersTo, violation } from '../resource.ts'

const BUCKETS = ['aws:s3/bucket:Bucket', 'aws:s3/bucketV2:BucketV2']

/** What S3 keeps in resources of their own, and what a bucket without one of them is. */
const BUCKET_PARTS: readonly (readonly [rule: 'encryption' | 'retention' | 'public', type: string, without: string])[] =
  [
    [
      'encryption',
      'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
      'Its encryption is not declared.',
    ],
    ['retention', 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration', 'Nothing in it ever expires.'],
  ]

function bucketsWithout(resources: readonly Resource[], rule: string) {
  return BUCKET_PARTS.filter(([name]) => name === rule).flatMap(([, type, without]) =>
    ofType(resources, ...BUCKETS)
      .filter((bucket) => !ofType(resources, type).some((part) => refersTo(part, 'bucket', bucket)))
      .map((bucket) => violation(bucket, without)),
  )
}

const encrypted: Rule = {
  name: 'data-is-encrypted',
  says: 'Buckets, tables, queues, topics and disks are encrypted.',
  check: (resources) => [
    ...bucketsWithout(resources, 'encryption'),
    ...ofType(resources, 'aws:dynamodb/table:Table')
      .filter(({ inputs }) => asMap(inputs.serverSideEncryption).enabled !== true)
      .map((table) => violation(table, 'It is not encrypted with a key of this account.')),
    ...ofType(resources, 'aws:ec2/instance:Instance')
      .filter(({ inputs }) => asMap(inputs.rootBlockDevice).encrypted !== true)
      .map((instance) => violation(instance, 'Its disk is not encrypted.')),
    ...ofType(resources, 'aws:ebs/volume:Volume')
      .filter(({ inputs }) => inputs.encrypted !== true)
      .map((volume) => violation(volume, 'It is not encrypted.')),
    ...ofType(resources, 'aws:sns/topic:Topic')
      .filter((topic) => topic.inputs.kmsMasterKeyId === undefined && !isUnknown(topic, 'kmsMasterKeyId'))
      .map((topic) => violation(topic, 'It is not encrypted.')),
  ],
}

const retention: Rule = {
  name: 'logs-have-a-retention',
  says: 'Logs are kept for a stated time, and every function writes to a log group that is declared.',
  check: (resources) => {
    const groups = ofType(resources, 'aws:cloudwatch/logGroup:LogGroup')
    return [
      ...bucketsWithout(resources, 'retention'),
      ...groups
        .filter(({ inputs }) => !(Number(inputs.retentionInDays) > 0))
        .map((group) => violation(group, 'It keeps its lines for ever.')),
      ...ofType(resources, 'aws:lambda/function:Function')
        .filter((lambda) => !groups.some((group) => isLogGroupOf(group, lambda)))
        .map((lambda) => violation(lambda, 'Lambda makes its log group, without a retention: declare one.')),
    ]
  },
}

function isLogGroupOf(group: Resource, lambda: Resource): boolean {
  const { logGroup } = asMap(lambda.inputs.loggingConfig)
  const named = logGroup ?? `/aws/lambda/${lambda.inputs.name}`
  return group.inputs.name === named || refersTo(lambda, 'loggingConfig', group)
}

const recoverable: Rule = {
  name: 'tables-can-be-recovered',
  says: 'A table can be put back to any moment of the last days.',
  check: (resources) =>
    ofType(resources, 'aws:dynamodb/table:Table')
      .filter(({ inputs }) => asMap(inputs.pointInTimeRecovery).enabled !== true)
      .map((table) => violation(table, 'It has no point-in-time recovery.')),
}

const PUBLIC_SWITCHES = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets']

const privateBuckets: Rule = {
  name: 'buckets-are-private',
  says: 'Every bucket blocks public access, all four ways.',
  check: (resources) =>
    ofType(resources, ...BUCKETS).flatMap((bucket) => {
      const block = ofType(resources, 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock').find((candidate) =>
        refersTo(candidate, 'bucket', bucket),
      )
      const open = PUBLIC_SWITCHES.filter((key) => block?.inputs[key] !== true)
      return open.length === 0 ? [] : [violation(bucket, `Public access is not blocked: ${open.join(', ')}.`)]
    }),
}

const networksAreLogged: Rule = {
  name: 'networks-have-flow-logs',
  says: 'Every VPC has flow logs of all traffic.',
  check: (resources) => {
    const logs = ofType(resources, 'aws:ec2/flowLog:FlowLog').filter(({ inputs }) => inputs.trafficType === 'ALL')
    // awsx's component is what a program declares; its VPC comes from it.
    return ofType(resources, 'aws:ec2/vpc:Vpc')
      .filter((vpc) => !logs.some((log) => refersTo(log, 'vpcId', vpc)))
      .map((vpc) => violation(vpc, 'It has no flow logs of all traffic.'))
  },
}

const instancesGuardCredentials: Rule = {
  name: 'instances-guard-their-credentials',
  says: 'An instance hands its credentials only to who asks with a session token (IMDSv2).',
  check: (resources) =>
    ofType(resources, 'aws:ec2/instance:Instance')
      .filter(({ inputs }) => asMap(inputs.metadataOptions).httpTokens !== 'required')
      .map((instance) => violation(instance, 'Its metadata service answers without a session token.')),
}

export const DATA_RULES: readonly Rule[] = [
  encrypted,
  retention,
  recoverable,
  privateBuckets,
  networksAreLogged,
  instancesGuardCredentials,
]
