/**
 * What the Pulumi runtime keeps per process, kept per run: its own store, and the rejections that nobody awaits. The runtime
 * reports a failing `apply` as an unhandled rejection of the process; here it is the run's failure.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import * as state from '@pulumi/pulumi/runtime/state.js'

/** Left out of the package's types: gives the callback a store of its own, as the Automation API does. */
const { withLocalStorage, getStore } = state as unknown as {
  withLocalStorage<T>(callback: () => T): T
  getStore(): Record<string, unknown>
}

type Fail = (error: Error) => void

/** The run that a promise belongs to; a rejection is reported in the context that made it. */
const runs = new AsyncLocalStorage<{ readonly fail: Fail }>()

export const isolated = <T>(work: () => Promise<T>): Promise<T> =>
  withLocalStorage(async () => {
    const result = await work()
    emptied(getStore())
    return result
  })

/**
 * The runtime never closes the client that it asks its own callback server with, where a program has hooks. A timer of that
 * client keeps the run's store for ever, and the store every resource of the program. After a failure it stays: what is left of
 * the run may still look into it.
 */
function emptied(store: Record<string, unknown>): void {
  for (const name of Object.keys(store)) delete store[name]
}

/**
 * Does the work until it ends or fails: by itself, by calling `fail`, or by a rejection in it that nothing handles. After a
 * failure the rest of the work is left where it stands.
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

/** Rejections are reported after the turn in which they happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

type Listener = (reason: unknown, promise: Promise<unknown>) => void

let listening = 0
let others: Listener[] = []

/** Stands before the process's own listeners, and passes on to them what is no run's. */
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
  // No other listener: as Node does by itself.
  else throw reason
}
