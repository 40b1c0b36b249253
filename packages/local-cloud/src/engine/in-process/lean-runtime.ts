/**
 * What Pulumi's runtime does for the CLI and for its own debugging, and nobody reads in a deployment without a CLI. It was more than half of
 * the processor time of such a deployment:
 * - a stack of each of its thousands of promises, and a set of those that are not settled, for a report of leaks at the process's end. The
 *   report looks at what the process itself has left, and at no deployment in it;
 * - where each resource is declared, for the engine's events;
 * - debug messages;
 * - a gRPC server for each program that has hooks, which the engine would call.
 */
import * as pulumi from '@pulumi/pulumi'
import callbacks from '@pulumi/pulumi/runtime/callbacks.js'
import debuggable from '@pulumi/pulumi/runtime/debuggable.js'
import * as state from '@pulumi/pulumi/runtime/state.js'

// Left out of the package's types. The runtime's other modules read these functions from where they are exported, at each call.
const promises = debuggable as unknown as { debuggablePromise(promise: Promise<unknown>): Promise<unknown> }
const resources = pulumi.Resource as unknown as { stackTrace(skip: number): readonly object[] }
const { getStore } = state as unknown as { getStore(): { callbacks?: object | undefined } }

let isLean = false

/** For this process, from now on. Stacks of errors are as before. Not under `PULUMI_DEBUG_PROMISE_LEAKS`, which asks for the report. */
export function leanRuntime(): void {
  if (isLean || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return
  isLean = true
  promises.debuggablePromise = (promise) => promise
  resources.stackTrace = () => []
  Object.assign(pulumi.log, { debug: () => Promise.resolve() })
}

/** For the run whose store is the current one: hooks are kept for {@link Hooks} as for an engine, and no server is started for them. */
export function keepCallbacksOf(monitor: object): void {
  getStore().callbacks = Object.assign(Object.create(callbacks.CallbackServer.prototype), {
    _callbacks: new Map(),
    _pendingRegistrations: 0,
    _awaitQueue: [],
    _monitor: monitor,
    _target: Promise.resolve('this process'),
    _server: { forceShutdown: () => undefined },
  })
}
