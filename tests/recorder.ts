/** For tests of the programs: runs one against Pulumi's mocks and keeps what it registered, with what the mocks drop. */
import { keepCallbacksOf, leanRuntime } from '@genai/local-cloud/engine/in-process/lean-runtime'
import * as pulumi from '@pulumi/pulumi'
import type { RegisterResourceRequest } from '@pulumi/pulumi/proto/resource_pb.js'
import { disconnect, getMonitor } from '@pulumi/pulumi/runtime/settings.js'

export type Inputs = Readonly<Record<string, unknown>>

export interface Registered {
  readonly type: string
  readonly name: string
  readonly inputs: Inputs
  /** Name of its provider; empty for a component and for a provider. */
  readonly provider: string
  /** Names of the providers that a component hands to its children, by package. */
  readonly providers: Readonly<Record<string, string>>
  /** `TYPE NAME` of its parent. */
  readonly parent: string
  /** `TYPE NAME` of what it depends on, by value or by option. */
  readonly dependencies: readonly string[]
  readonly protect: boolean
  readonly retainOnDelete: boolean
  readonly deleteBeforeReplace: boolean
  readonly ignoreChanges: readonly string[]
  /** How many functions run before it is created. */
  readonly beforeCreate: number
}

export interface Recording<T> {
  readonly outputs: T
  readonly resources: readonly Registered[]
  /** The one resource of a type, or the one of that name. @throws Error when there are none or several */
  one(type: string, name?: string): Registered
  all(type: string): readonly Registered[]
}

export interface Mocks {
  readonly stack: string
  /** Outputs beyond the inputs; `id` is `NAME-id` unless given. */
  readonly answer: (type: string, inputs: Inputs, name: string) => Inputs
  readonly invoke: (token: string, inputs: Inputs) => Inputs
  /** @default false */
  readonly preview?: boolean
}

/** Every output is awaited: an `apply` that throws fails the test. */
export async function record<T extends Record<string, unknown>>(
  program: () => Promise<T>,
  { stack, answer, invoke, preview = false }: Mocks,
): Promise<Recording<Settled<T>>> {
  const resources: Registered[] = []
  leanRuntime()
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const outputs = answer(type, inputs, name)
        return { id: preview ? undefined : String(outputs.id ?? `${name}-id`), state: { ...inputs, ...outputs } }
      },
      call: ({ token, inputs }) => invoke(token, inputs),
    },
    'genai-hub-spoke',
    stack,
    preview,
    'organization',
  )
  const monitor = getMonitor() as unknown as Monitor
  const register = monitor.registerResource.bind(monitor)
  monitor.registerResource = (request, callback) => {
    if (request.getType() !== 'pulumi:pulumi:Stack') resources.push(registered(request))
    return register(request, callback)
  }
  keepCallbacksOf(monitor)
  // Pulumi's mocks say that they take hooks, but have no call for them.
  monitor.registerResourceHook = (_, callback) => callback(null, undefined)
  const values = await program()
  // In a preview some are unknown, and an `apply` on them never runs.
  const outputs = preview ? ({} as Settled<T>) : await settled(values)
  await disconnect()
  const all = (type: string) => resources.filter((resource) => resource.type === type)
  return {
    outputs,
    resources,
    all,
    one: (type, name) => {
      const found = all(type).filter((resource) => name === undefined || resource.name === name)
      const [resource] = found
      if (resource && found.length === 1) return resource
      throw new Error(`${found.length} of ${type} ${name ?? ''}: ${all(type).map((other) => other.name)}`)
    },
  }
}

interface Monitor {
  registerResource(request: RegisterResourceRequest, callback: unknown): unknown
  registerResourceHook(request: unknown, callback: (error: null, response: undefined) => void): void
}

/** `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME` → `TYPE NAME` */
const shortened = (urn: string) => urn.split('::').slice(2).join(' ').split('$').pop() ?? ''
const providerName = (reference: string) => reference.split('::')[3] ?? ''

function registered(request: RegisterResourceRequest): Registered {
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: (request.getObject()?.toJavaScript() ?? {}) as Inputs,
    provider: providerName(request.getProvider()),
    providers: Object.fromEntries(
      request
        .getProvidersMap()
        .toArray()
        .map(([name, reference]) => [name, providerName(reference)]),
    ),
    parent: shortened(request.getParent()),
    dependencies: request.getDependenciesList().map(shortened),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ignoreChanges: request.getIgnorechangesList(),
    beforeCreate: request.getHooks()?.getBeforeCreateList().length ?? 0,
  }
}

type Settled<T> = { readonly [K in keyof T]: pulumi.Unwrap<T[K]> }

function settled<T extends Record<string, unknown>>(outputs: T): Promise<Settled<T>> {
  return new Promise((resolve) => {
    pulumi.output(outputs).apply((values) => resolve(values as Settled<T>))
  })
}
