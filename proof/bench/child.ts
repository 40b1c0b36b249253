/** The parent's side of a measured process. Each is the head of a process group, which ends as a whole. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FromChild } from './child-side.ts'

export interface Child<Order, Answer> {
  ask(order: Order): Promise<Answer>
  stop(): Promise<void>
}

interface Living {
  readonly process: ChildProcess
  readonly directory: string
}

const living = new Set<Living>()

/** Ends every child and every process that it has started, and removes its files: after Ctrl-C, or when a measurement has failed. */
export function endAll(): void {
  for (const one of living) end(one)
}

function end(one: Living): void {
  living.delete(one)
  try {
    if (one.process.pid !== undefined) process.kill(-one.process.pid, 'SIGKILL')
  } catch {
    // The process group has ended already.
  }
  rmSync(one.directory, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * Starts a child and waits until it is ready.
 * @param file a file in this folder
 */
export async function startChild<Order, Answer>(
  file: string,
  count: number,
  progress: (done: number) => void,
): Promise<Child<Order, Answer>> {
  const directory = mkdtempSync(path.join(tmpdir(), 'genai-bench-'))
  const child = fork(path.join(import.meta.dirname, file), [directory, String(count)], {
    execArgv: ['--expose-gc'],
    detached: true,
  })
  const one = { process: child, directory }
  living.add(one)
  child.on('message', (message: FromChild) => {
    if (message.kind === 'progress') progress(message.done)
  })
  try {
    await next(child, 'ready')
  } catch (error) {
    end(one)
    throw error
  }
  return {
    async ask(order) {
      child.send(order as object)
      const { answer } = await next(child, 'answered')
      return answer as Answer
    },
    async stop() {
      const gone = once(child, 'exit')
      child.send('stop')
      await gone
      end(one)
    },
  }
}

async function next<Kind extends FromChild['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromChild, { kind: Kind }>> {
  return await new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', heard)
      child.off('exit', ended)
    }
    const heard = (message: FromChild) => {
      if (message.kind === 'failed') reject(new Error(message.message))
      else if (message.kind === kind) resolve(message as Extract<FromChild, { kind: Kind }>)
      else return
      settle()
    }
    const ended = (code: number | null) => {
      settle()
      reject(new Error(`A measured process ended with ${code ?? 'a signal'} before it was ${kind}.`))
    }
    child.on('message', heard)
    child.once('exit', ended)
  })
}
