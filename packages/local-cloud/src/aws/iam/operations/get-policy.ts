import { AwsError } from '../../../errors.ts'
import { known, object } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { POLICY } from '../resources/role.ts'
import { tagList } from './tags.ts'

const INPUT = structure({ PolicyArn: required(text({ min: 20, max: 2048 })) })

export const getPolicy: ApiOperation<XmlValue> = async (call) => {
  const { PolicyArn: arn } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  await call.permit('iam:GetPolicy', arn)
  const declared = call.ledger.findBy(POLICY, 'arn', arn)
  if (!declared || declared.account !== call.account)
    throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404)
  return {
    Policy: {
      PolicyName: known(declared.outputs, 'name'),
      Arn: arn,
      Tags: tagList(object(declared.outputs, 'tagsAll')),
    },
  }
}
