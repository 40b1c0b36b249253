/** What both providers do in the same way: the handshake, and methods that they do not support. */

import plugin from '@pulumi/pulumi/proto/plugin_pb.js'
import type { IResourceProviderServer } from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages, { type ProviderHandshakeRequest } from '@pulumi/pulumi/proto/provider_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import { type Caller, unary, unimplemented } from './unary.ts'

export interface Common {
  /** The version of the package that the programs import. */
  readonly version: string
  readonly schema: () => object
  /** Called when a program in this directory has connected. */
  readonly opened: (peer: string, programDirectory?: string) => void
}

type Method<Name extends keyof IResourceProviderServer> = IResourceProviderServer[Name]

export function common({ version, schema, opened }: Common): IResourceProviderServer {
  const greet = (request: ProviderHandshakeRequest, { peer }: Caller) => {
    opened(peer, request.getProgramDirectory() || undefined)
    const response = new messages.ProviderHandshakeResponse()
    response.setAcceptSecrets(true)
    return response
  }
  const refuse = <Name extends keyof IResourceProviderServer>(name: Name) => unimplemented(String(name)) as Method<Name>
  return {
    handshake: unary(greet),
    attach: unary((_request, { peer }) => {
      opened(peer)
      return new empty.Empty()
    }),
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo()
      info.setVersion(version)
      return info
    }),
    getSchema: unary(() => {
      const response = new messages.GetSchemaResponse()
      response.setSchema(JSON.stringify(schema()))
      return response
    }),
    getMapping: unary(() => new messages.GetMappingResponse()),
    getMappings: unary(() => new messages.GetMappingsResponse()),
    cancel: unary(() => new empty.Empty()),
    checkConfig: unary((request) => {
      const response = new messages.CheckResponse()
      response.setInputs(request.getNews())
      return response
    }),
    diffConfig: unary(() => new messages.DiffResponse()),
    configure: unary(() => {
      const response = new messages.ConfigureResponse()
      response.setAcceptsecrets(true)
      response.setSupportspreview(true)
      return response
    }),
    parameterize: refuse('parameterize'),
    invoke: refuse('invoke'),
    call: refuse('call'),
    check: refuse('check'),
    diff: refuse('diff'),
    create: refuse('create'),
    read: refuse('read'),
    list: refuse('list'),
    update: refuse('update'),
    delete: refuse('delete'),
    construct: refuse('construct'),
  }
}
