/** Operations of Bedrock's API that this gateway does not serve; the error says so. */
import { GatewayError } from '../errors.ts'
import type { RefusedOperation } from '../operation.ts'
import { bedrockShape } from '../shapes/bedrock.ts'

const bedrock = (path: string, name: string, instead: string): RefusedOperation => ({
  name,
  method: 'POST',
  path,
  shape: bedrockShape,
  refuse: () => new GatewayError('operation_not_supported', `This operation (${name}) is not offered. Use ${instead}.`),
})

export const notOffered: readonly RefusedOperation[] = [
  bedrock('/model/{model}/invoke-with-bidirectional-stream', 'invoke_with_bidirectional_stream', 'converse-stream'),
  bedrock('/model/{model}/async-invoke', 'async_invoke', 'converse'),
  bedrock('/async-invoke', 'async_invoke', 'converse'),
  bedrock('/guardrail/{id}/version/{version}/apply', 'apply_guardrail', 'converse, with guardrailConfig'),
]
