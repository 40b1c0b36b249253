/** `aws.dynamodb.ResourcePolicy`: a table's own policy, which is evaluated for every call. */
import { AwsError } from '../../../errors.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { parsePolicy } from '../../iam/policy-document.ts'
import { TABLE } from './table.ts'

export const RESOURCE_POLICY = 'aws:dynamodb/resourcePolicy:ResourcePolicy'

/** AWS's limit, white space included. */
const MOST_CHARACTERS = 20_480

export const resourcePolicy: ResourceType = {
  type: RESOURCE_POLICY,
  inputs: ['resourceArn', 'policy', 'confirmRemoveSelfResourceAccess'],
  required: ['resourceArn', 'policy'],
  replaces: ['resourceArn'],
  defaults: { confirmRemoveSelfResourceAccess: false },
  // Deleting a table deletes its policy.
  releases: 'all',
  heldThrough: [],
  refuse({ inputs, ledger, account }) {
    const resourceArn = known(inputs, 'resourceArn')
    if (ledger.findBy(TABLE, 'arn', resourceArn)?.account !== account)
      throw new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${resourceArn} not found`)
    const policy = known(inputs, 'policy')
    if (policy.length > MOST_CHARACTERS)
      throw new AwsError('LimitExceededException', `The policy is longer than ${MOST_CHARACTERS} characters`)
    parsePolicy(policy)
  },
  answer: ({ inputs }) => ({ id: known(inputs, 'resourceArn'), outputs: {} }),
  permissions: lifeCycle(({ inputs }) => {
    const on = (action: string) => [call(`dynamodb:${action}`, known(inputs, 'resourceArn'))]
    return {
      create: on('PutResourcePolicy'),
      read: on('GetResourcePolicy'),
      update: on('PutResourcePolicy'),
      delete: on('DeleteResourcePolicy'),
    }
  }),
}
