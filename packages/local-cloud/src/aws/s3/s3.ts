/** `aws.s3`: buckets, and the resources that say how one is kept. */
import { AwsError } from '../../errors.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import { flag, known, objects, text } from '../../resource/values.ts'
import { parsePolicy } from '../iam/policy-document.ts'
import { BUCKET, BUCKET_POLICY } from './s3-log-delivery.ts'

const NAME = /^(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)$/
const POLICY_LIMIT = 20_480

const nameOf = (situation: Situation): string => {
  const prefix = text(situation.inputs, 'bucketPrefix')
  if (prefix !== undefined) return `${prefix}${situation.stableToken(26, 'name')}`
  return text(situation.inputs, 'bucket') ?? `${situation.name.toLowerCase()}-${situation.stableToken(7, 'name')}`
}

const bucket: ResourceType = {
  type: BUCKET,
  inputs: ['bucket', 'bucketPrefix', 'forceDestroy', 'objectLockEnabled', 'tags'],
  named: 'bucket',
  replaces: ['bucket', 'bucketPrefix', 'objectLockEnabled'],
  defaults: { forceDestroy: false, objectLockEnabled: false },
  heldThrough: [],
  refuse(situation) {
    const name = nameOf(situation)
    if (!NAME.test(name)) throw new AwsError('InvalidBucketName', `The specified bucket is not valid: ${name}`)
    // Bucket names are the whole world's.
    const taken = situation.ledger
      .all(BUCKET)
      .find((other) => other.urn !== situation.urn && other.outputs.bucket === name)
    if (taken?.account === situation.account)
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
      )
    if (taken)
      throw new AwsError(
        'BucketAlreadyExists',
        'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
        409,
      )
  },
  answer(situation) {
    const name = nameOf(situation)
    return {
      id: name,
      outputs: {
        bucket: name,
        arn: `arn:aws:s3:::${name}`,
        bucketDomainName: `${name}.s3.amazonaws.com`,
        bucketRegionalDomainName: `${name}.s3.${situation.region}.amazonaws.com`,
        bucketRegion: situation.region,
        hostedZoneId: 'Z3AQBSTGFYJSTF',
        forceDestroy: flag(situation.inputs, 'forceDestroy') ?? false,
      },
    }
  },
}

function requireBucket({ inputs, ledger, account }: Situation): void {
  const name = known(inputs, 'bucket')
  if (ledger.find(BUCKET, name)?.account !== account)
    throw new AwsError('NoSuchBucket', `The specified bucket does not exist: ${name}`, 404)
}

/** A setting of a bucket: one of a kind, identified by the bucket. */
const setting = (
  type: string,
  inputs: readonly string[],
  refuse: (situation: Situation) => void = () => undefined,
): Omit<ResourceType, 'permissions'> => ({
  type,
  inputs: ['bucket', ...inputs],
  required: ['bucket'],
  replaces: ['bucket'],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    requireBucket(situation)
    refuse(situation)
  },
  answer: ({ inputs: { bucket: name } }) => ({ id: String(name), outputs: {} }),
})

const policy: ResourceType = {
  ...setting(BUCKET_POLICY, ['policy'], ({ inputs }) => {
  const name = known(inputs, 'bucket')
  const document = known(inputs, 'policy')
  if (document.length > POLICY_LIMIT)
    throw new AwsError('MalformedPolicy', `Policy exceeds the maximum allowed size of ${POLICY_LIMIT} bytes`)
  for (const { Resource } of parsePolicy(document, 'MalformedPolicy')) {
    const resources = Array.isArray(Resource) ? Resource : [Resource]
    for (const resource of resources)
      if (resource !== `arn:aws:s3:::${name}` && !String(resource).startsWith(`arn:aws:s3:::${name}/`))
        throw new AwsError('MalformedPolicy', `Policy has invalid resource: ${String(resource)}`)
  }
}),
}

const publicAccessBlock: ResourceType = {
  ...setting('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', [
  'blockPublicAcls',
  'blockPublicPolicy',
  'ignorePublicAcls',
  'restrictPublicBuckets',
]),
}

const encryption: ResourceType = {
  ...setting(
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  [
    'rules.applyServerSideEncryptionByDefault.sseAlgorithm',
    'rules.applyServerSideEncryptionByDefault.kmsMasterKeyId',
    'rules.bucketKeyEnabled',
  ],
  ({ inputs }) => {
    const allowed = ['AES256', 'aws:kms', 'aws:kms:dsse']
    for (const rule of objects(inputs, 'rules')) {
      const [algorithm] = objects({ rule: [rule.applyServerSideEncryptionByDefault ?? null] }, 'rule')
      if (!allowed.includes(String(algorithm?.sseAlgorithm)))
        throw new AwsError('MalformedXML', `sseAlgorithm must be one of ${allowed.join(', ')}`)
    }
  },
),
}

const lifecycle: ResourceType = {
  ...setting(
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
  [
    'rules.id',
    'rules.status',
    'rules.filter.prefix',
    'rules.expiration.days',
    'rules.noncurrentVersionExpiration.noncurrentDays',
    'rules.abortIncompleteMultipartUpload.daysAfterInitiation',
    'rules.transitions.days',
    'rules.transitions.storageClass',
    'transitionDefaultMinimumObjectSize',
  ],
  ({ inputs }) => {
    const ids = new Set<unknown>()
    for (const rule of objects(inputs, 'rules')) {
      if (rule.status !== 'Enabled' && rule.status !== 'Disabled')
        throw new AwsError('MalformedXML', 'A rule\'s status must be "Enabled" or "Disabled"')
      if (ids.has(rule.id))
        throw new AwsError(
          'InvalidArgument',
          `Rule ID must be unique. Found same ID for more than one rule: ${rule.id}`,
        )
      ids.add(rule.id)
    }
  },
),
}

const ownership: ResourceType = {
  ...setting(
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls',
  ['rule.objectOwnership'],
  ({ inputs }) => {
    const allowed = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']
    const [rule] = objects({ rule: [inputs.rule ?? null] }, 'rule')
    if (!allowed.includes(String(rule?.objectOwnership)))
      throw new AwsError('MalformedXML', `objectOwnership must be one of ${allowed.join(', ')}`)
  },
),
}

const versioning: ResourceType = {
  ...setting(
  'aws:s3/bucketVersioning:BucketVersioning',
  ['versioningConfiguration.status'],
  ({ inputs }) => {
    const [configuration] = objects({ one: [inputs.versioningConfiguration ?? null] }, 'one')
    if (!['Enabled', 'Suspended', 'Disabled'].includes(String(configuration?.status)))
      throw new AwsError('MalformedXML', 'status must be "Enabled", "Suspended" or "Disabled"')
  },
),
}

export const s3: readonly ResourceType[] = [
  bucket,
  policy,
  publicAccessBlock,
  encryption,
  lifecycle,
  ownership,
  versioning,
]
