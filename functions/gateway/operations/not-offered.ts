/** Operations of Bedrock's API that this gateway does not serve, told as such. */
import { type ErrorCode, GatewayError } from '../errors.ts'
import type { RefusedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'

const bedrock = (last: string, code: ErrorCode, message: string): RefusedOperation => ({
  name: last.replaceAll('-', '_'),
  method: 'POST',
  path: `/model/{model}/${last}`,
  shape: bedrockShape,
  refuse: () => new GatewayError(code, message),
})

const notStreamed = (last: string) =>
  bedrock(
    last,
    'streaming_not_supported',
    `${last} is not offered: a load balancer takes a function's answer only as a whole. Use converse.`,
  )
const other = (last: string) =>
  bedrock(last, 'operation_not_supported', `${last} is not offered on this path. Use converse.`)

export const notOffered: readonly RefusedOperation[] = [
  notStreamed('converse-stream'),
  notStreamed('invoke-with-response-stream'),
  notStreamed('invoke-with-bidirectional-stream'),
  other('invoke'),
  other('count-tokens'),
  other('async-invoke'),
]
