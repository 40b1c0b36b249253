/**
 * Turns off work that Pulumi's runtime does for the CLI and for its own debugging. Without a CLI nothing uses the results, and the work took
 * more than half of a deployment's processor time:
 * - a stack trace of each of the thousands of promises, and a set of the unsettled ones. Both are for a report of leaked promises at the
 *   process's end, which does not cover deployments inside the process;
 * - the place in the source where each resource is declared, for the engine's events;
 * - debug messages;
 * - a gRPC server for each program with hooks, which an engine would call.
 */
import * as pulumi from '@pulumi/pulumi'
import callbacks from '@pulumi/pulumi/runtime/callbacks.js'
import debuggable from '@pulumi/pulumi/runtime/debuggable.js'
import * as state from '@pulumi/pulumi/runtime/state.js'

// The package's types do not have these functions. The runtime's other modules look them up at each call, so they can be replaced here.
const promises = debuggable as unknown as { debuggablePromise(promise: Promise<unknown>): Promise<unknown> }
const resources = pulumi.Resource as unknown as { stackTrace(skip: number): readonly object[] }
const { getStore } = state as unknown as { getStore(): { callbacks?: object | undefined } }

let isLean = false

/**
 * Changes the runtime of this process, once for all deployments. Errors keep their stack traces. Nothing changes if
 * `PULUMI_DEBUG_PROMISE_LEAKS` asks for the report.
 */
export function leanRuntime(): void {
  if (isLean || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return
  isLean = true
  promises.debuggablePromise = (promise) => promise
  resources.stackTrace = () => []
  Object.assign(pulumi.log, { debug: () => Promise.resolve() })
}

/** Keeps the current run's hooks where `hooks.ts` looks for them, without starting a server. */
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
