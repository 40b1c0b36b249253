/**
 * Options of the SDK's clients. Values that they would look up in files and in the environment are passed explicitly: a container has no
 * configuration file, and looking for one makes a cold start slower.
 */

import { fromEnv } from '@aws-sdk/credential-provider-env'
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types'
import { CONTROL_TIMEOUT_MILLISECONDS } from '../constants.ts'
import type { Connections } from './connection.ts'
import { Sha256 } from './sha256.ts'

/** Options that all clients share; `maxAttempts` includes the first attempt. */
export const clientOptions = (
  region: string,
  connections: Connections,
  credentials: AwsCredentialIdentity | AwsCredentialIdentityProvider,
  maxAttempts: number,
) => ({
  region,
  credentials,
  maxAttempts,
  // The SDK's type allows every kind of handler and body.
  requestHandler: connections as never,
  retryMode: 'standard',
  defaultsMode: 'standard' as const,
  authSchemePreference: ['sigv4'],
  sha256: Sha256,
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: async () => undefined,
  defaultUserAgentProvider: async (): Promise<[string, string][]> => [['genai-gateway', '1']],
})

export type ClientOptions = ReturnType<typeof clientOptions>

/** A call of STS or DynamoDB, within a few seconds with its repetitions. */
export async function withinTime<T>(
  send: (options: { readonly abortSignal: AbortSignal; readonly requestTimeout: number }) => Promise<T>,
  milliseconds = CONTROL_TIMEOUT_MILLISECONDS,
): Promise<T> {
  const abort = new AbortController()
  const late = setTimeout(() => abort.abort(), milliseconds)
  try {
    return await send({ abortSignal: abort.signal, requestTimeout: milliseconds })
  } finally {
    clearTimeout(late)
  }
}

/** Credentials of the gateway's own role: fixed for the life of a Lambda function's process, renewed by the container's endpoint on ECS. */
export function ownCredentials(environment: NodeJS.ProcessEnv): AwsCredentialIdentityProvider {
  if (environment.AWS_ACCESS_KEY_ID) return fromEnv()
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = environment
  if (!relative && !full) {
    throw new Error('The environment variable AWS_ACCESS_KEY_ID is missing, and there is no endpoint of a container.')
  }
  return async (properties) => {
    const { fromHttp } = await import('@aws-sdk/credential-provider-http')
    return await fromHttp()(properties)
  }
}
