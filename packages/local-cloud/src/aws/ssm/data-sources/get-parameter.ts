/** `aws.ssm.getParameter`. */

import { AwsError } from '../../../errors.ts'
import { call } from '../../../resource/permission.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { text } from '../../../resource/values.ts'
import { images } from '../../ec2/images.ts'

export const getParameter: InvokeType = {
  token: 'aws:ssm/getParameter:getParameter',
  inputs: ['name'],
  answer({ region, inputs }) {
    const name = text(inputs, 'name')
    const image = images(region).find((one) => one.parameter === name)
    if (!image) throw new AwsError('ParameterNotFound', `couldn't find the parameter ${name}`)
    return {
      id: image.parameter,
      arn: `arn:aws:ssm:${region}::parameter${image.parameter}`,
      type: 'String',
      value: image.id,
      insecureValue: image.id,
      version: 1,
    }
  },
  // The ARN of a public parameter contains no account.
  permissions: ({ inputs, region, account }) => {
    const name = text(inputs, 'name') ?? ''
    const owner = name.startsWith('/aws/service/') ? '' : account
    return [call('ssm:GetParameter', `arn:aws:ssm:${region}:${owner}:parameter/${name.replace(/^\//, '')}`)]
  },
}
