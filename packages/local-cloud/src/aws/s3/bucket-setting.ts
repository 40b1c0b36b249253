import { AwsError } from '../../errors.ts'
import { call, lifeCycle } from '../../resource/permission.ts'
import type { ImportId, Permissions, ResourceType, Situation } from '../../resource/resource-type.ts'
import { known } from '../../resource/values.ts'
import { BUCKET } from './s3-log-delivery.ts'

/** @throws AwsError unless the bucket is there, in the same account */
export function requireBucket({ inputs, ledger, account }: Pick<Situation, 'inputs' | 'ledger' | 'account'>): void {
  const name = known(inputs, 'bucket')
  if (ledger.find(BUCKET, name)?.account !== account)
    throw new AwsError('NoSuchBucket', `The specified bucket does not exist: ${name}`, 404)
}

/** A setting of a bucket: one of a kind, identified by the bucket. */
export const bucketSetting = (
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

/** A setting of a bucket, also by the bucket and the account that is expected to own it. */
export const ofBucket: ImportId = {
  format: 'BUCKET or BUCKET,ACCOUNT',
  pattern: /^[^,]+(,\d{12})?$/,
  of: ({ id, account }) => [id, `${id},${account}`],
}

export const bucketArn = (name: string) => `arn:aws:s3:::${name}`

/** A setting of a bucket: for IAM, taking it off is writing it, unless it has a name of its own. */
export const settingPermissions = (get: string, put: string, remove = put): Permissions =>
  lifeCycle(({ inputs }) => {
    const on = (action: string) => [call(`s3:${action}`, bucketArn(known(inputs, 'bucket')))]
    return { create: on(put), read: on(get), update: on(put), delete: [...on(remove), ...on(get)] }
  })
