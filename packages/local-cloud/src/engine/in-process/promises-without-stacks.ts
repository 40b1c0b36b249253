/**
 * Pulumi's runtime notes a stack with each of the thousands of promises of a deployment, for a report of leaked promises that it prints
 * only under `PULUMI_DEBUG_PROMISE_LEAKS`. Taking them was about half of the processor time of a deployment in this process.
 */
import debuggable from '@pulumi/pulumi/runtime/debuggable.js'

type Wrap = (promise: Promise<unknown>, context: unknown) => Promise<unknown>

// Left out of the package's types. Its other modules read the function from here at each call.
const runtime = debuggable as unknown as { debuggablePromise: Wrap }

/** For this process, from now on. Stacks of errors are as before. */
export function promisesWithoutStacks(): void {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS || replaced.has(runtime.debuggablePromise)) return
  const wrap = runtime.debuggablePromise
  const wrapQuickly: Wrap = (promise, context) => {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    try {
      return wrap(promise, context)
    } finally {
      Error.stackTraceLimit = stackTraceLimit
    }
  }
  replaced.add(wrapQuickly)
  runtime.debuggablePromise = wrapQuickly
}

const replaced = new WeakSet<Wrap>()
