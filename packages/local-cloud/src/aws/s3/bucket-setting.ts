import { AwsError } from '../../errors.ts'
import { call, lifeCycle } from '../../resource/permission.ts'
import type { ImportId, Permissions, ResourceType, Situation } from '../../resource/resource-type.ts'
import { known } from '../../resource/values.ts'
import { BUCKET } from './s3-log-delivery.ts'

/** @throws AwsError unless the bucket exists in the same account */
export function requireBucket({ inputs, ledger, account }: Pick<Situation, 'inputs' | 'ledger' | 'account'>): void {
  const name = known(inputs, 'bucket')
  if (ledger.find(BUCKET, name)?.account !== account)
    throw new AwsError('NoSuchBucket', `The specified bucket does not exist: ${name}`, 404)
}

/** A setting of a bucket. Each bucket has one of a kind, and its id is the bucket's name. */
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

/** The import id of such a setting: the bucket's name, perhaps with the account that is expected to own it. */
export const ofBucket: ImportId = {
  format: 'BUCKET or BUCKET,ACCOUNT',
  pattern: /^[^,]+(,\d{12})?$/,
  of: ({ id, account }) => [id, `${id},${account}`],
}

export const bucketArn = (name: string) => `arn:aws:s3:::${name}`

/** The permissions for a setting. For IAM, removing a setting is writing it, unless there is an action for that. */
export const settingPermissions = (get: string, put: string, remove = put): Permissions =>
  lifeCycle(({ inputs }) => {
    const on = (action: string) => [call(`s3:${action}`, bucketArn(known(inputs, 'bucket')))]
    return { create: on(put), read: on(get), update: on(put), delete: [...on(remove), ...on(get)] }
  })
