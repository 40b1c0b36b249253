import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { requirePolicy } from '../find-policy.ts'
import { tagList } from './tags.ts'

const INPUT = structure({ PolicyArn: required(text({ min: 20, max: 2048 })) })

export const getPolicy: ApiOperation<XmlValue> = async (call) => {
  const { PolicyArn: arn } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  await call.permit('iam:GetPolicy', arn)
  const { name, tags } = requirePolicy(call, arn)
  return { Policy: { PolicyName: name, Arn: arn, Tags: tagList(tags) } }
}
