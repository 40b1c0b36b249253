/**
 * State that the Pulumi runtime keeps once per process, kept here once per run: its store, and unhandled rejections. The runtime reports a
 * failing `apply` as an unhandled rejection of the process; here it makes the run fail.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import * as state from '@pulumi/pulumi/runtime/state.js'

/** Not in the package's types: runs the callback with a store of its own, as the Automation API does. */
const { withLocalStorage, getStore } = state as unknown as {
  withLocalStorage<T>(callback: () => T): T
  getStore(): Record<string, unknown>
}

type Fail = (error: Error) => void

/** The run that a promise belongs to. A rejection is reported in the context that made it. */
const runs = new AsyncLocalStorage<{ readonly fail: Fail }>()

export const isolated = <T>(work: () => Promise<T>): Promise<T> =>
  withLocalStorage(async () => {
    const result = await work()
    emptied(getStore())
    return result
  })

/**
 * Empties a run's store. If a program has hooks, the runtime never closes the client for its own callback server, and a timer of this client
 * keeps the store, and with it all of the program's resources, in memory for ever. After a failure the store is not emptied, because the rest of
 * the run may still use it.
 */
function emptied(store: Record<string, unknown>): void {
  for (const name of Object.keys(store)) delete store[name]
}

/**
 * Runs the work until it ends or fails: by its own error, by a call of `fail`, or by an unhandled rejection in it. After a failure the rest of
 * the work is abandoned.
 */
export async function withRejectionsOf<T>(work: (fail: Fail) => Promise<T>): Promise<T> {
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  const release = listen()
  try {
    const context = { fail: failure.reject }
    return await Promise.race([
      failure.promise,
      runs.run(context, async () => {
        const result = await work(failure.reject)
        await settle()
        return result
      }),
    ])
  } finally {
    await settle()
    release()
  }
}

/** Rejections are reported after the turn of the event loop in which they happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

type Listener = (reason: unknown, promise: Promise<unknown>) => void

let listening = 0
let others: Listener[] = []

/** Listens before the process's own listeners, and passes on to them rejections that belong to no run. */
function listen(): () => void {
  listening += 1
  if (listening === 1) {
    others = process.listeners('unhandledRejection') as Listener[]
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', onRejection)
  }
  return () => {
    listening -= 1
    if (listening > 0) return
    process.off('unhandledRejection', onRejection)
    for (const other of others) process.on('unhandledRejection', other)
    others = []
  }
}

function onRejection(reason: unknown, promise: Promise<unknown>): void {
  const run = runs.getStore()
  if (run) run.fail(reason instanceof Error ? reason : new Error(String(reason)))
  else if (others.length > 0) for (const other of others) other(reason, promise)
  // If there is no other listener, does what Node does by default.
  else throw reason
}
