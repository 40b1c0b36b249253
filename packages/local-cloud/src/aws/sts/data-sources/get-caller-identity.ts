/** `aws.getCallerIdentity`. */

import { calls } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'

export const getCallerIdentity: InvokeType = {
  token: 'aws:index/getCallerIdentity:getCallerIdentity',
  inputs: [],
  answer: ({ account, callerArn }) => ({
    id: account,
    accountId: account,
    arn: callerArn,
    userId: `AROA${account}:${callerArn.slice(callerArn.lastIndexOf('/') + 1)}`,
  }),
  permissions: () => calls('sts:GetCallerIdentity'),
}
