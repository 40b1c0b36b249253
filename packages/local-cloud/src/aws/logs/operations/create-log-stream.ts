import { AwsError } from '../../../errors.ts'
import { read, required, structure } from '../../../wire/protocol/shape.ts'
import { GROUP_NAME, type LogsOperation, permitted, REFUSALS, STREAM_NAME } from '../operation.ts'

const INPUT = structure({ logGroupName: required(GROUP_NAME), logStreamName: required(STREAM_NAME) })

export const createLogStream: LogsOperation = async (call) => {
  const { logGroupName, logStreamName } = read(INPUT, call.input, REFUSALS)
  const group = await permitted(call, 'CreateLogStream', logGroupName, `log-stream:${logStreamName}`)
  if (!(await call.groups.addStream(group, logStreamName)))
    throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists')
  return {}
}
