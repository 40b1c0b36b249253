/** A measured program in a separate process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Bundle } from './bundles.ts'
import type { Order, Report } from './runner.ts'

export interface Launch {
  /** File of the bundled runner. */
  readonly runner: string
  readonly environment: Readonly<Record<string, string>>
}

export interface Subject {
  /** Milliseconds from the process's start until the subject was loaded. */
  readonly ready: number
  /** Milliseconds from the process's start until its first answer. */
  readonly firstAnswer: number
  measure(calls: number): Promise<{ readonly milliseconds: readonly number[]; readonly cpuMicroseconds: number }>
  stop(): Promise<void>
}

/** Starts the subject and waits for its first answer, which must be a correct one. */
export async function start(bundle: Bundle, { runner, environment }: Launch): Promise<Subject> {
  const started = performance.now()
  const child = spawn(process.execPath, [runner, bundle.file], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...environment },
  })
  await next(child, 'ready', bundle)
  const ready = performance.now() - started
  const answer = await next(child, 'answered', bundle)
  const firstAnswer = performance.now() - started
  if (answer.status !== 200) {
    child.kill()
    throw new Error(`${bundle.name} answered ${answer.status}: ${answer.body ?? ''}`)
  }
  return {
    ready,
    firstAnswer,
    measure: async (calls) => {
      child.send({ calls } satisfies Order)
      return await next(child, 'measured', bundle)
    },
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

async function next<Kind extends Report['kind']>(
  child: ChildProcess,
  kind: Kind,
  { name }: Bundle,
): Promise<Extract<Report, { kind: Kind }>> {
  const waiting = new AbortController()
  const { signal } = waiting
  try {
    const report = await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as Report),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`${name} ended with ${code} before it was ${kind}.`)
      }),
    ])
    if (report.kind !== kind) throw new Error(`${name} reported ${report.kind} instead of ${kind}.`)
    return report as Extract<Report, { kind: Kind }>
  } finally {
    waiting.abort()
  }
}
