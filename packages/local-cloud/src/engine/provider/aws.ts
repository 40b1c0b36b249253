/** The provider `aws`: Pulumi's provider protocol, with the same rows as the in-process engine. */
import type { IResourceProviderServer } from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages, {
  type CheckRequest,
  type ConfigureRequest,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type InvokeRequest,
  type ReadRequest,
  type UpdateRequest,
} from '@pulumi/pulumi/proto/provider_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb.js'
import { SERVICE } from '../../aws/ecs/calls.ts'
import { invokeOf, rowOf } from '../../aws/registry.ts'
import { AwsError } from '../../errors.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import { checkInputs } from '../../resource/declare.ts'
import { requireInvoke } from '../control-plane.ts'
import { create, foreseen, type Known, type Made, read, remove, type Target, update } from './changes.ts'
import { checkResponse, configFailures, inputFailures } from './check.ts'
import { common } from './common.ts'
import { Connections } from './connections.ts'
import { configDifference, difference, diffResponse } from './diff.ts'
import { PartialFailure } from './errors.ts'
import { type ProviderCloud, Turns, takeTime } from './provider-cloud.ts'
import { awsSchema, versionOf } from './schema.ts'
import { type Caller, unary } from './unary.ts'
import { uploadsTo } from './uploads.ts'
import { holdsUnknown, received, sent, unwrapped, wrapped } from './values.ts'

const PATIENCE_MILLISECONDS = 30_000
const PAUSE_MILLISECONDS = 100

export function awsProvider(cloud: ProviderCloud): IResourceProviderServer {
  const provider = new AwsProvider(cloud)
  const { connections } = provider
  const version = versionOf('@pulumi/aws')
  return {
    ...common({ version, schema: awsSchema, opened: (peer, directory) => connections.opened(peer, directory) }),
    cancel: unary((_request, { peer }) => {
      connections.cancel(peer)
      return new empty.Empty()
    }),
    checkConfig: unary((request: CheckRequest) => checkResponse(request, configFailures)),
    diffConfig: unary((request: DiffRequest) => diffResponse(configDifference(...before(request)))),
    configure: unary((request: ConfigureRequest, caller) => provider.configure(request, caller)),
    invoke: unary((request: InvokeRequest, caller) => provider.invoke(request, caller)),
    check: unary((request: CheckRequest) => checkResponse(request, inputFailures(typeOf(request)))),
    diff: unary((request: DiffRequest) => diffResponse(difference(rowOf(typeOf(request)), ...before(request)))),
    create: unary((request: CreateRequest, caller) => provider.create(request, caller)),
    read: unary((request: ReadRequest, caller) => provider.read(request, caller)),
    update: unary((request: UpdateRequest, caller) => provider.update(request, caller)),
    delete: unary((request: DeleteRequest, caller) => provider.delete(request, caller)),
  }
}

class AwsProvider {
  readonly connections: Connections
  readonly #cloud: ProviderCloud
  readonly #turns = new Turns()

  constructor(cloud: ProviderCloud) {
    this.#cloud = cloud
    this.connections = new Connections(cloud)
  }

  async configure(request: ConfigureRequest, { peer }: Caller) {
    await this.connections.configure(peer, unwrapped(received(request.getArgs())))
    const response = new messages.ConfigureResponse()
    response.setAcceptsecrets(true)
    response.setSupportspreview(true)
    return response
  }

  async invoke(request: InvokeRequest, { peer }: Caller) {
    const { ledger, organization } = this.#cloud
    const { account, region, session } = this.connections.provider(peer)
    const token = request.getTok()
    const row = invokeOf(token)
    const inputs = unwrapped(received(request.getArgs()))
    checkInputs({ type: token, inputs: row.inputs }, inputs)
    const call = { account, region, inputs, organization, ledger, callerArn: session.arn }
    await requireInvoke(this.#cloud, token, call, session)
    const result = row.answer(call)
    const response = new messages.InvokeResponse()
    response.setReturn(sent(wrapped({ ...inputs, ...result }, received(request.getArgs()))))
    return response
  }

  async create(request: CreateRequest, caller: Caller) {
    const properties = received(request.getProperties())
    const response = new messages.CreateResponse()
    if (request.getPreview()) {
      // Outputs that are not in the answer are unknown to the program.
      response.setProperties(request.getProperties())
      return response
    }
    const made = await this.#change(caller, () =>
      create(this.#cloud, this.#target(request, caller), this.#uploaded(properties, caller)),
    )
    response.setId(made.resource.id)
    response.setProperties(sent(await this.#settled(made, properties, caller)))
    return response
  }

  async update(request: UpdateRequest, caller: Caller) {
    const news = received(request.getNews())
    const olds = received(request.getOlds())
    const target = this.#target(request, caller)
    const response = new messages.UpdateResponse()
    if (request.getPreview()) {
      response.setProperties(sent(this.#previewed(target, knownOf(request, request.getOldInputs()), olds, news)))
      return response
    }
    const made = await this.#change(caller, () =>
      update(this.#cloud, target, knownOf(request, request.getOldInputs()), this.#uploaded(news, caller)),
    )
    response.setProperties(sent(await this.#settled(made, news, caller)))
    return response
  }

  /** For a refresh, an import, and `Resource.get`. */
  async read(request: ReadRequest, caller: Caller) {
    const response = new messages.ReadResponse()
    const found = await this.#turns.run(() => read(this.#cloud, this.#target(request, caller), readOf(request)))
    if (!found) return response
    const inputs = received(request.getInputs())
    const outputs = received(request.getProperties())
    response.setId(found.id)
    response.setInputs(sent(wrapped(found.inputs, inputs, outputs)))
    response.setProperties(sent(wrapped(toldOf(found), outputs, inputs)))
    return response
  }

  async delete(request: DeleteRequest, caller: Caller) {
    const known = knownOf(request, request.getOldInputs())
    const once = () => this.#change(caller, () => remove(this.#cloud, this.#target(request, caller), known))
    const { patient, heldCode = 'DependencyViolation' } = rowOf(typeOf(request))
    const resource = await (patient ? this.#again(once, heldCode, caller) : once())
    if (resource) await this.#cloud.waits?.settled({ kind: 'deleted', resource })
    await takeTime(this.#cloud.delays, caller.hungUp)
    return new empty.Empty()
  }

  /**
   * Repeats a deletion while AWS refuses it because something still exists.
   * @throws AwsError the last refusal, when the time is over
   */
  async #again<T>(deletion: () => Promise<T>, code: string, { peer, hungUp }: Caller): Promise<T> {
    const end = Date.now() + (this.#cloud.patienceMilliseconds ?? PATIENCE_MILLISECONDS)
    const pause = { maximumMilliseconds: PAUSE_MILLISECONDS, random: () => 1 }
    for (;;) {
      try {
        return await deletion()
      } catch (cause) {
        if (!(cause instanceof AwsError && cause.code === code) || Date.now() > end) throw cause
        await takeTime(pause, AbortSignal.any([hungUp, this.connections.cancelled(peer)]))
      }
    }
  }

  /** Waits outside the turn, so that other changes can go on meanwhile. */
  async #change<T>({ peer, hungUp }: Caller, work: () => Promise<T>): Promise<T> {
    await takeTime(this.#cloud.delays, AbortSignal.any([hungUp, this.connections.cancelled(peer)]))
    return await this.#turns.run(work)
  }

  /** The resource, after AWS says that it is ready. */
  async #settled({ resource, failure }: Made, inputs: Properties, { peer }: Caller): Promise<Properties> {
    const outputs = wrapped(toldOf(resource), inputs)
    const failed = (cause: unknown) => new PartialFailure(cause, resource.id, outputs, wrapped(resource.inputs, inputs))
    if (failure !== undefined) throw failed(failure)
    try {
      await takeTime(this.#cloud.delays, this.connections.cancelled(peer))
      await this.#cloud.waits?.settled({ kind: 'updated', resource })
    } catch (cause) {
      throw failed(cause)
    }
    return outputs
  }

  #previewed(target: Target, known: Known, olds: Properties, news: Properties): Properties {
    try {
      const inputs = unwrapped(news)
      const outputs = holdsUnknown(news) ? undefined : foreseen(this.#cloud, target, known, inputs)
      return outputs ? wrapped(outputs, news, olds) : { ...olds, ...news }
    } catch (cause) {
      // Only the deployment itself is refused; a preview checks no permission.
      if (cause instanceof AwsError) return { ...olds, ...news }
      throw cause
    }
  }

  #target(request: Named, { peer }: Caller): Target {
    return { urn: request.getUrn(), type: typeOf(request), provider: this.connections.provider(peer) }
  }

  #uploaded(properties: Properties, { peer }: Caller): Properties {
    return unwrapped(properties, uploadsTo(this.#cloud.uploads, this.connections.programDirectory(peer)))
  }
}

/** Addresses of tasks change all the time, and on AWS they are no part of the service. */
function toldOf({ type, outputs }: Declared): Properties {
  const { elasticNetworkInterfaces: _, ...told } = outputs
  return type === SERVICE ? told : outputs
}

interface Named {
  getUrn(): string
  getType(): string
}

/** Takes the type from `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
const typeOf = (request: Named) => request.getType() || (request.getUrn().split('::')[2]?.split('$').at(-1) ?? '')

/** An import, and a `get` by an id alone, have no state. */
function readOf(request: ReadRequest): Known {
  const hasState = [request.getInputs(), request.getProperties()].some(
    (state) => Object.keys(received(state)).length > 0,
  )
  return hasState ? knownOf(request, request.getInputs()) : { id: request.getId(), imported: true }
}

function knownOf(request: { getId(): string }, state: Struct | undefined): Known {
  const inputs = unwrapped(received(state))
  return { id: request.getId(), ...(Object.keys(inputs).length > 0 && { inputs }) }
}

const before = (request: DiffRequest) =>
  [unwrapped(received(request.getOldInputs())), unwrapped(received(request.getNews()))] as const
