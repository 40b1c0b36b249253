/**
 * The resource monitor for a program that runs in this process. Pulumi's `setMocks` passes only types, names and inputs to a mock. A monitor of
 * our own gets the whole request: parents, dependencies, protection, providers.
 */

import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
} from '@pulumi/pulumi/proto/resource_pb.js'
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js'
import protobuf from 'google-protobuf/google/protobuf/struct_pb.js'
import { invokeOf } from '../../aws/registry.ts'
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Declared, Ledger, Properties, Value } from '../../ledger/ledger.ts'
import type { Organization } from '../../organization.ts'
import { canonical, checkInputs } from '../../resource/declare.ts'
import { ambient, openProvider, type Provider } from '../configured-provider.ts'
import { requireInvoke } from '../control-plane.ts'
import { holdsSecret, plainProperties, secret } from '../wire-values.ts'
import { composite } from './composite.ts'
import { Hooks } from './hooks.ts'
import { nameOf, type Run } from './run.ts'

const STACK = 'pulumi:pulumi:Stack'
const STACK_REFERENCE = 'pulumi:pulumi:StackReference'
const AWS_PROVIDER = 'pulumi:providers:aws'
const READ_STACK = 'pulumi:pulumi:readStackOutputs'
const GET_RESOURCE = 'pulumi:pulumi:getResource'
const AWSX_PROVIDER = 'pulumi:providers:awsx'
/** gRPC's UNAVAILABLE. The runtime then stops, as it does when the real engine gives up. */
const UNAVAILABLE = 14
/** gRPC's UNKNOWN: the status of a refused invoke. */
const UNKNOWN_STATUS = 2

const INVOCATION = (token: string) => `invocation of ${token} returned an error`

/** The form in which gRPC passes the error to the runtime. */
const refusedInvoke = (details: string) => ({ code: UNKNOWN_STATUS, details, message: details })

/** Whether the answer is a refusal that the program may handle, and that does not end the run. */
const isRefusal = (answer: unknown): answer is { readonly error: ReturnType<typeof refusedInvoke> } =>
  typeof answer === 'object' && answer !== null && 'error' in answer

type Callback = (error: unknown, response?: unknown) => void
type Struct = { toJavaScript(): unknown }

export interface MonitorOptions {
  readonly run: Run
  readonly ledger: Ledger
  readonly organization: Organization
  readonly urnPrefix: string
  /** The stack's full name. Before its first deployment it has no outputs. */
  readonly stackName: string
  readonly config: Readonly<Record<string, string>>
  /** Called with the first failure. No request is answered after it. */
  readonly fail: (error: Error) => void
}

export class Monitor extends MockMonitor {
  readonly #options: MonitorOptions
  /** By reference. If a provider cannot sign in, this is reported when it is first used. */
  readonly #providers = new Map<string, Provider | AwsError>()
  readonly #hooks = new Hooks()
  #failed = false
  /** Registrations are handled one at a time, in the order of their arrival. */
  #queue: Promise<void> = Promise.resolve()
  /** The stack's outputs, with secrets wrapped. */
  stackOutputs: Properties = {}

  constructor(options: MonitorOptions) {
    super({ newResource: () => ({ id: '', state: {} }), call: () => ({}) })
    this.#options = options
  }

  override async registerResource(request: RegisterResourceRequest, callback: Callback): Promise<void> {
    const what = `creating ${request.getName()} (${request.getType()})`
    await this.#inTurn(what, callback, async () => {
      const urn = this.#urn(request.getParent(), request.getType(), request.getName())
      const { id, outputs } = await this.#register(request, urn)
      return {
        getUrn: () => urn,
        getId: () => id,
        getObject: () => struct(outputs),
        getPropertydependenciesMap: () => undefined,
        getResult: () => 0,
        getUnknown: () => false,
      }
    })
  }

  override async readResource(request: ReadResourceRequest, callback: Callback): Promise<void> {
    const what = `reading ${request.getName()} (${request.getType()})`
    await this.#answer(what, callback, async () => {
      const urn = this.#urn(request.getParent(), request.getType(), request.getName())
      const properties = await this.#read(request)
      return { getUrn: () => urn, getProperties: () => struct(properties), getUnknown: () => false }
    })
  }

  override async invoke(request: ResourceInvokeRequest, callback: Callback): Promise<void> {
    const token = request.getTok()
    if (token === READ_STACK)
      return await this.#answer(`calling ${token}`, callback, async () => this.#stackOutputs(request))
    if (token === GET_RESOURCE)
      return await this.#answer(`calling ${token}`, callback, async () => this.#handedOut(request))
    const answer = async () => {
      const row = invokeOf(token)
      const { account, region, session } = await this.#provider(request.getProvider(), token)
      const inputs = plainProperties(javaScript(request.getArgs()))
      checkInputs({ type: token, inputs: row.inputs }, inputs)
      const { run, organization } = this.#options
      const call = { account, region, inputs, organization, ledger: run.draft, callerArn: session.arn }
      await requireInvoke(run.controlPlane, token, call, session)
      const result = row.answer(call)
      return { getReturn: () => struct({ ...inputs, ...result }), getFailuresList: () => [], getUnknown: () => false }
    }
    await this.#answer(`calling ${token}`, callback, async () => {
      try {
        return await answer()
      } catch (cause) {
        // The program may report AWS's refusal, or go on without the value.
        if (cause instanceof AwsError) return { error: refusedInvoke(refusal(INVOCATION(token), cause).message) }
        throw cause
      }
    })
  }

  /** The outputs of another stack, read without a resource that stands for it. */
  #stackOutputs(request: ResourceInvokeRequest) {
    const name = String(javaScript(request.getArgs()).name)
    const outputs = this.#options.ledger.stackOutputs(name)
    if (!outputs) return { error: refusedInvoke(`unknown stack "${name}"`) }
    const answer = { name, outputs, secretOutputNames: [] }
    return { getReturn: () => struct(answer), getFailuresList: () => [], getUnknown: () => false }
  }

  /** The resource that a reference names. */
  #handedOut(request: ResourceInvokeRequest) {
    const { urn } = javaScript(request.getArgs())
    const found = this.#options.run.draft.byUrn(String(urn))
    if (!found) throw new Error(`unknown resource ${String(urn)}`)
    // In this case the runtime itself reads the message.
    const state = protobuf.Struct.fromJavaScript(
      JSON.parse(JSON.stringify({ urn, id: found.id, state: found.outputs })),
    )
    return { getReturn: () => state, getFailuresList: () => [], getUnknown: () => false }
  }

  override existsResource(request: Parameters<MockMonitor['existsResource']>[0], callback: Callback): void {
    void this.#answer('looking for an existing resource', callback, async () => {
      const provider = await this.#provider(request.getProvider(), request.getType())
      const found = await this.#options.run.read(request.getType(), request.getId(), provider)
      return { getExists: () => found !== undefined, getUnknown: () => false }
    })
  }

  override registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: Callback): void {
    if (request.getUrn().includes(`::${STACK}::`)) this.stackOutputs = javaScript(request.getOutputs())
    callback(null, {})
  }

  registerResourceHook(request: Parameters<Hooks['add']>[0], callback: Callback): void {
    this.#hooks.add(request)
    callback(null, {})
  }

  /** Registrations wait for one another. A hook runs during a registration and may make requests; requests that only read do not wait. */
  #inTurn(what: string, callback: Callback, answer: () => Promise<unknown>): Promise<void> {
    const turn = this.#queue.then(() => this.#answer(what, callback, answer))
    this.#queue = turn
    return turn
  }

  /** The first failure ends the run; all later requests are refused. */
  async #answer(what: string, callback: Callback, answer: () => Promise<unknown>): Promise<void> {
    if (this.#failed) return callback({ code: UNAVAILABLE, message: 'the run has failed' })
    try {
      const answered = await answer()
      if (isRefusal(answered)) callback(answered.error)
      else callback(null, answered)
    } catch (cause) {
      this.#failed = true
      this.#options.fail(refusal(what, cause))
      callback({ code: UNAVAILABLE, message: 'the run has failed' })
    }
  }

  async #register(request: RegisterResourceRequest, urn: string): Promise<{ id: string; outputs: Properties }> {
    const type = request.getType()
    const sent = javaScript(request.getObject())
    this.#refuseOptions(request, urn)
    if (type === AWS_PROVIDER) return await this.#registerProvider(urn, sent)
    if (type === AWSX_PROVIDER) return { id: providerId(urn), outputs: sent }
    if (!request.getCustom() && !request.getRemote()) return { id: '', outputs: {} }
    const shared = {
      ignoreChanges: request.getIgnorechangesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
    }
    const parent = request.getParent()
    const options: Declared['options'] = {
      ...(parent !== '' && { parent }),
      dependencies: request.getDependenciesList(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
    }
    const inputs = plainProperties(sent)
    if (request.getRemote()) {
      const provider = await this.#provider(request.getProvidersMap().get('aws') ?? '', type)
      return {
        id: '',
        outputs: await composite(this.#options.run, { ...shared, urn, type, inputs, provider, options }),
      }
    }
    const provider = await this.#provider(request.getProvider(), type)
    const beforeCreate = () => this.#hooks.runBeforeCreate(request, urn)
    const made = await this.#options.run.register({ ...shared, urn, type, inputs, provider, options, beforeCreate })
    return { id: made.id, outputs: asSent(made.outputs, sent, inputs) }
  }

  /** Options that this engine does not support are refused by name. */
  #refuseOptions(request: RegisterResourceRequest, urn: string): void {
    const unsupported = (option: string) => new UnsupportedError(`the option "${option}" (on ${request.getName()})`)
    if (request.getImportid() !== '') throw unsupported('import')
    this.#hooks.refuseOthers(request)
    if (request.getTransformsList().length > 0) throw unsupported('transforms')
    if (request.getReplaceWithList().length > 0) throw unsupported('replaceWith')
    if (request.hasReplacementTrigger()) throw unsupported('replacementTrigger')
    for (const path of [...request.getIgnorechangesList(), ...request.getReplaceonchangesList()])
      if (!/^\w+$/.test(path)) throw unsupported(`ignoreChanges or replaceOnChanges of "${path}", a path into an input`)
    // Ids are derived from URNs, so an alias would change a resource's id.
    for (const alias of request.getAliasesList()) {
      const spec = alias.getSpec()
      const parent = spec?.getNoparent() ? '' : spec?.getParenturn() || request.getParent()
      const old = spec
        ? this.#urn(parent, spec.getType() || request.getType(), spec.getName() || request.getName())
        : alias.getUrn()
      if (old !== urn && this.#options.ledger.byUrn(old)) throw unsupported(`aliases for ${old}, which is there`)
    }
  }

  async #registerProvider(urn: string, sent: Properties): Promise<{ id: string; outputs: Properties }> {
    const { run, organization } = this.#options
    const authorize = run.authorize && { authorize: run.authorize }
    const id = providerId(urn)
    const opened = openProvider({ ledger: run.draft, organization, ...authorize }, plainProperties(sent))
    const provider = await opened.catch((cause: unknown) => {
      if (cause instanceof AwsError) return cause
      throw cause
    })
    this.#providers.set(`${urn}::${id}`, provider)
    return { id, outputs: sent }
  }

  /** The explicit provider. Without one, the default provider, unless the stack's configuration disables default providers. */
  async #provider(reference: string, what: string): Promise<Provider> {
    const explicit = this.#providers.get(reference)
    if (explicit instanceof AwsError) throw explicit
    if (explicit) return explicit
    const { config, organization } = this.#options
    const disabled: unknown = JSON.parse(config['pulumi:disable-default-providers'] ?? '[]')
    if (Array.isArray(disabled) && (disabled.includes('aws') || disabled.includes('*')))
      throw new AwsError(
        'DefaultProvider',
        `Default provider for 'aws' disabled. ${what} must use an explicit provider.`,
      )
    const session = ambient(organization, config['aws:profile'])
    const region = config['aws:region']
    if (region === undefined)
      throw new AwsError('MissingRegion', 'could not find AWS region: set aws:region, or an explicit provider')
    return { account: session.account, region, session }
  }

  async #read(request: ReadResourceRequest): Promise<Properties> {
    const id = request.getId()
    if (request.getType() === STACK_REFERENCE) {
      const outputs = this.#options.ledger.stackOutputs(id) ?? (id === this.#options.stackName ? {} : undefined)
      if (!outputs)
        throw new AwsError(
          'UnknownStack',
          `unknown stack "${id}". Deployed: ${this.#options.ledger.stacks().join(', ') || 'none'}.`,
        )
      return { name: id, outputs, secretOutputNames: [] }
    }
    const provider = await this.#provider(request.getProvider(), request.getType())
    const found = await this.#options.run.read(request.getType(), id, provider)
    if (!found)
      throw new AwsError('NotFound', `${request.getType()} "${id}" does not exist in account ${provider.account}`)
    return found.outputs
  }

  /** A URN in the engine's form: the types of all ancestors, then the resource's own type. */
  #urn(parent: string, type: string, name: string): string {
    const [, , parentTypes = ''] = parent === '' ? [] : parent.slice('urn:pulumi:'.length).split('::')
    const types = parentTypes === '' || parentTypes === STACK ? type : `${parentTypes}$${type}`
    return `${this.#options.urnPrefix}${types}::${name}`
  }
}

/** `creating NAME (TYPE): CODE: message`, with the refusal as cause. */
function refusal(what: string, cause: unknown): Error {
  const detail =
    cause instanceof AwsError
      ? `${cause.code}: ${cause.message}`
      : cause instanceof Error
        ? cause.message
        : String(cause)
  return new Error(`${what}: ${detail}`, { cause })
}

/** Outputs for the program. Values that it sent are returned as they were sent, assets and secrets included. */
function asSent(outputs: Properties, sent: Properties, inputs: Properties): Properties {
  const entries = Object.entries(outputs).map(([name, value]): [string, Value] => {
    const original = sent[name]
    if (original === undefined) return [name, value]
    if (canonical(value) === canonical(inputs[name])) return [name, original]
    return [name, holdsSecret(original) ? secret(value) : value]
  })
  return Object.fromEntries(entries)
}

const providerId = (urn: string) => `${nameOf({ urn })}-provider`

const javaScript = (value: Struct | undefined): Properties => (value?.toJavaScript() ?? {}) as Properties

/** The part of a protobuf `Struct` that the runtime uses. */
const struct = (value: Properties): Struct => ({ toJavaScript: () => value })
