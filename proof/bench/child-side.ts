/** The measured side of a benchmark: a process of its own, at the head of its own group, that is told what to do and reports. */
import { rmSync } from 'node:fs'

/** What a child is given. */
export interface Task {
  /** For its files; the parent removes it. */
  readonly directory: string
  /** How many tenants. */
  readonly count: number
  /** Told how many are done. */
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

/** Prepares, says that it is ready, and answers orders until it is told to stop. */
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

/** The parent was killed, so that nobody else clears up: files, then whatever this process has started, then itself. */
function orphaned(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  process.kill(-process.pid, 'SIGKILL')
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** How often to collect: V8 discards compiled code that was not used lately only after several collections. */
const COLLECTIONS = 8

/** Bytes of the heap after collections: what they would free is no cost. */
export function heap(): number {
  if (!globalThis.gc) throw new Error('Run with --expose-gc: the heap is measured after a collection.')
  for (let count = 0; count < COLLECTIONS; count += 1) globalThis.gc()
  return process.memoryUsage().heapUsed
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
