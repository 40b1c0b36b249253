/**
 * The measured side of a benchmark: a separate process, the head of its own process group, that takes orders from its parent and reports the
 * results.
 */
import { rmSync } from 'node:fs'

/** What a child is told when it starts. */
export interface Task {
  /** A folder for the child's files; the parent removes it. */
  readonly directory: string
  /** The number of tenants. */
  readonly count: number
  /** Reports how many tenants are done. */
  readonly progress: (done: number) => void
}

export interface Subject<Order, Answer> {
  answer(order: Order): Promise<Answer>
  close(): Promise<void>
}

export type FromChild =
  | { readonly kind: 'progress'; readonly done: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly message: string }

/** Prepares, reports that it is ready, and answers orders until it is told to stop. */
export async function childOf<Order, Answer>(prepare: (task: Task) => Promise<Subject<Order, Answer>>): Promise<void> {
  const [directory = '', count = ''] = process.argv.slice(2)
  const send = (message: FromChild) =>
    new Promise<void>((sent) => (process.send ? process.send(message, () => sent()) : sent()))
  process.once('disconnect', () => orphaned(directory))
  try {
    const subject = await prepare({
      directory,
      count: Number(count),
      progress: (done) => void send({ kind: 'progress', done }),
    })
    const stopped = Promise.withResolvers<void>()
    process.on('message', (order: Order | 'stop') => {
      if (order === 'stop') return stopped.resolve()
      subject.answer(order).then(
        (answer) => send({ kind: 'answered', answer }),
        (error: unknown) => send({ kind: 'failed', message: messageOf(error) }),
      )
    })
    await send({ kind: 'ready' })
    await stopped.promise
    await subject.close()
    process.exit(0)
  } catch (error) {
    await send({ kind: 'failed', message: messageOf(error) })
    process.exit(1)
  }
}

/**
 * Called when the parent was killed and can no longer clean up: removes the files, then ends every process that this one has started, then
 * itself.
 */
function orphaned(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  process.kill(-process.pid, 'SIGKILL')
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** How often the garbage collector runs: V8 discards compiled code that was not used lately only after several collections. */
const COLLECTIONS = 8

/** Bytes of the heap after garbage collections, because what they would free is not counted as a cost. */
export function heap(): number {
  if (!globalThis.gc) throw new Error('Run with --expose-gc: the heap is measured after a collection.')
  for (let count = 0; count < COLLECTIONS; count += 1) globalThis.gc()
  return process.memoryUsage().heapUsed
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
