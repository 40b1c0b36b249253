/** For tests: the provider protocol without an engine, one function for each call. */
import { credentials, type ServiceError } from '@grpc/grpc-js'
import service, { type ResourceProviderClient } from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages, {
  type CheckResponse,
  type ConfigureResponse,
  type CreateResponse,
  type DiffResponse,
  type InvokeResponse,
  type ReadResponse,
  type UpdateResponse,
} from '@pulumi/pulumi/proto/provider_pb.js'
import errors from '@pulumi/pulumi/proto/status_pb.js'
import type { Empty } from 'google-protobuf/google/protobuf/empty_pb.js'
import { received, sent } from '../engine/provider/values.ts'
import type { Properties } from '../ledger/ledger.ts'

export const urnOf = (type: string, name: string) => `urn:pulumi:dev::project::${type}::${name}`

type Done<Response> = (error: ServiceError | null, response: Response) => void

export const ask = <Response>(send: (done: Done<Response>) => unknown) =>
  new Promise<Response>((resolve, reject) => {
    send((error, response) => (error ? reject(error) : resolve(response)))
  })

/** A connection of its own, as each provider of a program has. */
export async function connectTo(
  port: number,
  inputs: Properties = { region: 'us-east-1' },
): Promise<ResourceProviderClient> {
  // gRPC would share a connection between clients of one address; an engine does not.
  const client = new service.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  })
  const request = new messages.ConfigureRequest()
  request.setArgs(sent(inputs))
  try {
    await ask<ConfigureResponse>((done) => client.configure(request, done))
  } catch (error) {
    client.close()
    throw error
  }
  return client
}

export async function check(client: ResourceProviderClient, type: string, inputs: Properties) {
  const request = new messages.CheckRequest()
  request.setUrn(urnOf(type, 'one'))
  request.setType(type)
  request.setNews(sent(inputs))
  const response = await ask<CheckResponse>((done) => client.check(request, done))
  return response.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()] as const)
}

export async function create(
  client: ResourceProviderClient,
  type: string,
  name: string,
  inputs: Properties,
  { preview = false, urn = urnOf(type, name) } = {},
) {
  const request = new messages.CreateRequest()
  request.setUrn(urn)
  request.setType(type)
  request.setProperties(sent(inputs))
  request.setPreview(preview)
  const response = await ask<CreateResponse>((done) => client.create(request, done))
  return { id: response.getId(), outputs: received(response.getProperties()) }
}

export async function update(
  client: ResourceProviderClient,
  type: string,
  name: string,
  {
    id,
    olds,
    news,
    preview = false,
    urn = urnOf(type, name),
  }: { id: string; olds: Properties; news: Properties; preview?: boolean; urn?: string },
) {
  const request = new messages.UpdateRequest()
  request.setUrn(urn)
  request.setType(type)
  request.setId(id)
  request.setOlds(sent(olds))
  request.setOldInputs(sent(olds))
  request.setNews(sent(news))
  request.setPreview(preview)
  return received((await ask<UpdateResponse>((done) => client.update(request, done))).getProperties())
}

export async function remove(
  client: ResourceProviderClient,
  type: string,
  name: string,
  id: string,
  inputs: Properties,
  urn = urnOf(type, name),
) {
  const request = new messages.DeleteRequest()
  request.setUrn(urn)
  request.setType(type)
  request.setId(id)
  request.setOldInputs(sent(inputs))
  await ask<Empty>((done) => client.delete(request, done))
}

/** With a state it is a refresh, without one an import. */
export async function read(
  client: ResourceProviderClient,
  type: string,
  name: string,
  id: string,
  inputs: Properties = {},
  urn = urnOf(type, name),
) {
  const request = new messages.ReadRequest()
  request.setUrn(urn)
  request.setType(type)
  request.setId(id)
  request.setInputs(sent(inputs))
  request.setProperties(sent(inputs))
  const response = await ask<ReadResponse>((done) => client.read(request, done))
  return { id: response.getId(), inputs: received(response.getInputs()), outputs: received(response.getProperties()) }
}

export async function diff(client: ResourceProviderClient, type: string, olds: Properties, news: Properties) {
  const request = new messages.DiffRequest()
  request.setUrn(urnOf(type, 'one'))
  request.setType(type)
  request.setId('id')
  request.setOldInputs(sent(olds))
  request.setOlds(sent(olds))
  request.setNews(sent(news))
  const response = await ask<DiffResponse>((done) => client.diff(request, done))
  const detailed = [...response.getDetaileddiffMap().entries()].map(([path, property]) => [path, property.getKind()])
  return {
    changes: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
    replaces: response.getReplacesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    detailed: Object.fromEntries(detailed) as Record<string, number>,
  }
}

export async function invoke(client: ResourceProviderClient, token: string, inputs: Properties) {
  const request = new messages.InvokeRequest()
  request.setTok(token)
  request.setArgs(sent(inputs))
  return received((await ask<InvokeResponse>((done) => client.invoke(request, done))).getReturn())
}

/** The resource in an error, if the error says that one exists; otherwise undefined. */
export function partialOf(error: ServiceError) {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? []
  if (!(bytes instanceof Uint8Array)) return undefined
  const [detail] = errors.Status.deserializeBinary(bytes).getDetailsList()
  const failed = detail?.unpack(messages.ErrorResourceInitFailed.deserializeBinary, 'pulumirpc.ErrorResourceInitFailed')
  return failed && { id: failed.getId(), reasons: failed.getReasonsList(), inputs: received(failed.getInputs()) }
}
