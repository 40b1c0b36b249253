/** For tests: runs a program against mocks and keeps what it registered, with what Pulumi's own mocks drop. */
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
  /** `TYPE NAME` of what it depends on, by value or by option. */
  readonly dependencies: readonly string[]
  readonly deleteBeforeReplace: boolean
  readonly retainOnDelete: boolean
  readonly hooks: number
}

export interface Recording<T> {
  readonly outputs: T
  readonly resources: readonly Registered[]
  /** The one resource of a type, or the one of that name. @throws Error when there are none or several */
  one(type: string, name?: string): Registered
  all(type: string): readonly Registered[]
}

/** @param answer outputs beyond the inputs, by type; `id` is the name unless given */
export async function record<T extends Record<string, unknown>>(
  program: () => Promise<T>,
  answer: (type: string, inputs: Inputs, name: string) => Inputs,
  invoke: (token: string, inputs: Inputs) => Inputs,
): Promise<Recording<T>> {
  const resources: Registered[] = []
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const outputs = answer(type, inputs, name)
        return { id: String(outputs.id ?? `${name}-id`), state: { ...inputs, ...outputs } }
      },
      call: ({ token, inputs }) => invoke(token, inputs),
    },
    'genai-hub-spoke',
    'spoke-tenant1',
    false,
    'organization',
  )
  const monitor = getMonitor() as unknown as Monitor
  const register = monitor.registerResource.bind(monitor)
  monitor.registerResource = (request, callback) => {
    if (request.getType() !== 'pulumi:pulumi:Stack') resources.push(registered(request))
    return register(request, callback)
  }
  // The mocks take hooks for granted but have no call for them.
  monitor.registerResourceHook = (_, callback) => callback(null, undefined)
  const outputs = (await settled(await program())) as T
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

const shortened = (urn: string) => urn.split('::').slice(2).join(' ').split('$').pop() ?? ''

function registered(request: RegisterResourceRequest): Registered {
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: (request.getObject()?.toJavaScript() ?? {}) as Inputs,
    provider: request.getProvider().split('::')[3] ?? '',
    dependencies: request.getDependenciesList().map(shortened),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    retainOnDelete: request.getRetainondelete() ?? false,
    hooks: request.getHooks()?.getBeforeCreateList().length ?? 0,
  }
}

function settled(outputs: Readonly<Record<string, unknown>>): Promise<unknown> {
  return new Promise((resolve) => pulumi.output(outputs).apply(resolve))
}
