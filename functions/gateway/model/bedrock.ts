/**
 * Bedrock's client without its serialiser and deserialiser: the caller's bytes are sent unchanged, and the answer is a status, headers and a
 * stream of bytes. AWS's code still does endpoint, credentials, signature and connection.
 */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import type { AwsCredentialIdentity } from '@aws-sdk/types'
import { HttpRequest } from '@smithy/core/protocols'
import { clientOptions } from '../aws/clients.ts'
import type { Connections, SdkRequest, SdkResponse } from '../aws/connection.ts'

const COMMANDS = {
  converse: ConverseCommand,
  'converse-stream': ConverseStreamCommand,
  invoke: InvokeModelCommand,
  'invoke-with-response-stream': InvokeModelWithResponseStreamCommand,
  'count-tokens': CountTokensCommand,
} as const

/** The last part of the operation's path. */
export type BedrockOperation = keyof typeof COMMANDS

export interface BedrockCall {
  readonly operation: BedrockOperation
  readonly modelId: string
  /** JSON, sent as it is. */
  readonly body: string
  /** Headers besides those of every call. */
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Milliseconds until the headers of the answer must have arrived. */
  readonly timeoutMilliseconds: number
}

/** @throws ConnectionError; every answer, also a refusal, is returned */
export type Bedrock = (call: BedrockCall) => Promise<SdkResponse>

export interface BedrockOptions {
  readonly region: string
  /** Host name, without scheme. */
  readonly endpoint: string
  readonly credentials: AwsCredentialIdentity
  readonly connections: Connections
}

export function createBedrock({ region, endpoint, credentials, connections }: BedrockOptions): Bedrock {
  const client = new BedrockRuntimeClient({
    ...clientOptions(region, connections, credentials, 1),
    // The middleware stack is built once, not for every call.
    cacheMiddleware: true,
    endpoint: `https://${endpoint}`,
  })
  const stack = client.middlewareStack
  stack.add(
    (next) => async (args) => {
      const { operation, modelId, body, headers } = args.input as unknown as BedrockCall
      const request = new HttpRequest({
        protocol: 'https:',
        hostname: endpoint,
        method: 'POST',
        path: `/model/${encodeURIComponent(modelId)}/${operation}`,
        headers: {
          ...headers,
          'content-type': 'application/json',
          accept: operation.endsWith('stream') ? 'application/vnd.amazon.eventstream' : 'application/json',
        },
        body,
      })
      return await next({ ...args, request })
    },
    { name: 'serializerMiddleware', step: 'serialize', tags: ['SERIALIZER'], override: true },
  )
  // The last middleware calls the connection itself, so that each call has its own signal and time limit.
  stack.add(
    () => async (args) => {
      const { signal, timeoutMilliseconds } = args.input as unknown as BedrockCall
      const request = args.request as SdkRequest
      const { response } = await connections.handle(request, {
        abortSignal: signal,
        requestTimeout: timeoutMilliseconds,
      })
      return { response, output: { $metadata: {}, response } as never }
    },
    { name: 'deserializerMiddleware', step: 'deserialize', tags: ['DESERIALIZER'], override: true },
  )
  // Only client.ts decides about repetitions.
  stack.add((next) => next, { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', override: true })
  return async (call) => {
    const Command = COMMANDS[call.operation] as unknown as new (input: BedrockCall) => ConverseCommand
    const output = await client.send(new Command(call))
    return (output as unknown as { readonly response: SdkResponse }).response
  }
}
