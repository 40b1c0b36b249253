import { AwsError } from '../../../errors.ts'
import { known, number, text } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, required, structure, text as textShape, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { FUNCTION } from '../resources/function.ts'

const INPUT = structure({ FunctionName: required(textShape({ min: 1, max: 140 })) })

export const getFunctionConfiguration: ApiOperation<object> = async (call) => {
  const { FunctionName: given } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const { account, region, ledger } = call
  const name = given.split(':').at(-1) ?? given
  const arn = `arn:aws:lambda:${region}:${account}:function:${name}`
  await call.permit('lambda:GetFunctionConfiguration', arn)
  const found = ledger.findBy(FUNCTION, 'arn', arn)
  if (!found) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404)
  return {
    FunctionName: name,
    FunctionArn: arn,
    Role: known(found.outputs, 'role'),
    Runtime: text(found.outputs, 'runtime'),
    MemorySize: number(found.outputs, 'memorySize'),
    Timeout: number(found.outputs, 'timeout'),
    State: 'Active',
  }
}
