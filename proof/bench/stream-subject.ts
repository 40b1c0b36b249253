/** A measured server in a separate process, and its clients. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { TASK_NODE_OPTIONS } from '../../shared/tenant.ts'
import type { Usage } from './probe.ts'
import { now, type Plan, promptOf } from './stand-in-stream.ts'

export interface StreamSubject {
  readonly name: string
  readonly port: number
  /**
   * @param what `what is left`: after a garbage collection.
   * @default without one
   */
  usage(what?: 'what is left'): Promise<Usage>
  /** Sends a request and reads its answer. @param plan absent for an API whose answer is whole */
  stream(plan?: Plan): Promise<Streamed>
  /**
   * Opens a stream and closes it after its first byte.
   * @returns when that was
   */
  leave(plan: Plan): Promise<number>
  stop(): Promise<void>
}

export interface Streamed {
  readonly firstByteMilliseconds: number
  readonly text: string
  /** Number of pieces in which the answer arrived. */
  readonly chunks: number
  /** Time of the first byte and of the last, by the clock that the stand-in uses. */
  readonly firstAt: number
  readonly lastAt: number
}

export interface Api {
  readonly path: string
  body(prompt: string): unknown
}

export const CONVERSE: Api = {
  path: '/tenant1/model/nova-2-lite/converse-stream',
  body: (text) => ({ messages: [{ role: 'user', content: [{ text }] }], inferenceConfig: { maxTokens: 100 } }),
}
export const CHAT: Api = {
  path: '/tenant1/v1/chat/completions',
  body: (content) => ({ model: 'nova-2-lite', stream: true, max_tokens: 100, messages: [{ role: 'user', content }] }),
}

/** Its answer is whole. */
export const INVOKE: Api = { path: '/tenant1/invoke', body: (prompt) => ({ prompt }) }

export interface StreamLaunch {
  readonly probe: string
  readonly environment: Readonly<Record<string, string>>
  readonly token: string
}

export async function startServer(name: string, file: string, api: Api, launch: StreamLaunch): Promise<StreamSubject> {
  const child = spawn(process.execPath, ['--require', launch.probe, file], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // All of them, so that only the programs differ.
    env: { NODE_OPTIONS: TASK_NODE_OPTIONS, ...launch.environment, PORT: '0' },
  })
  const port = await listening(child)
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const ask = async (plan?: Plan) => {
    const body = JSON.stringify(api.body(plan ? promptOf(plan) : 'Hello'))
    const headers = {
      authorization: `Bearer ${launch.token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const request = httpRequest({ agent, port, host: '127.0.0.1', method: 'POST', path: api.path, headers })
    const answered = once(request, 'response')
    request.end(body)
    const [answer] = (await answered) as [IncomingMessage]
    if (answer.statusCode !== 200) throw new Error(`${name} answered ${answer.statusCode}.`)
    return { request, answer }
  }
  return {
    name,
    port,
    async usage(what) {
      child.send(what ?? 'usage')
      const [usage] = await once(child, 'message')
      return usage
    },
    async stream(plan) {
      const started = now()
      const { answer } = await ask(plan)
      let first = 0
      let last = 0
      let text = ''
      let chunks = 0
      try {
        for await (const chunk of answer) {
          last = now()
          first ||= last
          text += chunk
          chunks++
        }
      } catch {
        // The connection was cut: the answer is what arrived before.
      }
      return { firstByteMilliseconds: first - started, text, chunks, firstAt: first, lastAt: last }
    },
    async leave(plan) {
      const { request, answer } = await ask(plan)
      request.on('error', () => {})
      answer.on('error', () => {})
      await once(answer, 'data')
      // Done before and not after, because on a busy machine this process may have to wait in between.
      const left = now()
      request.destroy()
      return left
    },
    async stop() {
      agent.destroy()
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function listening(child: ChildProcess): Promise<number> {
  const { stdout } = child
  if (!stdout) throw new Error('A server without output.')
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended with ${code} instead of listening.`)
  })
  ended.catch(() => {})
  const [line] = await Promise.race([once(stdout, 'data'), ended])
  // Later output is read and discarded, so that the process never waits for a reader.
  stdout.resume()
  return JSON.parse(`${line}`.split('\n')[0] ?? '').listening.port
}
