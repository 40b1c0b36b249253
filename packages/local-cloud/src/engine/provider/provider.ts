/**
 * The CLI provider: the providers `aws` and `awsx`, to which the real CLI attaches (`PULUMI_DEBUG_PROVIDERS`). So `pulumi up`, `preview`,
 * `refresh` and `destroy` really run, against the local cloud. `pulumi.provider.main` cannot be used: it drops `Configure`, previews and
 * detailed diffs, so account and region never arrive.
 */
import { Server, ServerCredentials } from '@grpc/grpc-js'
import service, { type IResourceProviderServer } from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import { awsProvider } from './aws.ts'
import { awsxProvider } from './awsx.ts'
import type { ProviderCloud } from './provider-cloud.ts'

export type { Delays, ProviderCloud, ProviderEvent } from './provider-cloud.ts'

export interface Providers {
  /** Ports on 127.0.0.1. */
  readonly aws: number
  readonly awsx: number
  /** Value of `PULUMI_DEBUG_PROVIDERS`. */
  readonly debugProviders: string
  close(): Promise<void>
}

/** The engine's own limit. */
const LARGEST_MESSAGE = 400 * 1024 * 1024

/** @param ports @default free ones */
export async function serveProviders(
  cloud: ProviderCloud,
  ports: { readonly aws?: number; readonly awsx?: number } = {},
): Promise<Providers> {
  const aws = await serve(awsProvider(cloud), ports.aws)
  const awsx = await serve(awsxProvider(), ports.awsx)
  return {
    aws: aws.port,
    awsx: awsx.port,
    debugProviders: `aws:${aws.port},awsx:${awsx.port}`,
    async close() {
      aws.server.forceShutdown()
      awsx.server.forceShutdown()
    },
  }
}

function serve(implementation: IResourceProviderServer, port = 0): Promise<{ server: Server; port: number }> {
  const server = new Server({
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.max_send_message_length': LARGEST_MESSAGE,
  })
  server.addService(service.ResourceProviderService, implementation)
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve({ server, port: bound }),
    )
  })
}
