/**
 * Lambda's runtime, reduced to what takes time: loads a subject, reports that it is ready, calls it, and reports the times. It is bundled to
 * plain JavaScript first, so that reading TypeScript is not measured. Arguments: the subject's file. Environment: EVENT, and PORT of the
 * stand-in if the subject makes connections.
 */
import { createRequire } from 'node:module'
import type tls from 'node:tls'
import { pathToFileURL } from 'node:url'

/** From the parent: call the subject this many times, one after the other. */
export type Order = { readonly calls: number }

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly status: number; readonly body?: string }
  /** Milliseconds of each call, and CPU microseconds of all calls together. */
  | { readonly kind: 'measured'; readonly milliseconds: readonly number[]; readonly cpuMicroseconds: number }

type Handler = (event: unknown, context: unknown) => Promise<{ readonly statusCode: number; readonly body?: string }>

const report = (message: Report) => process.send?.(message)
const context = { awsRequestId: '00000000-0000-4000-8000-000000000000', getRemainingTimeInMillis: () => 60_000 }
const event: unknown = JSON.parse(process.env.EVENT ?? '{}')
const require = createRequire(__filename)

if (process.env.PORT) redirect(Number(process.env.PORT))
void run(process.argv[2] ?? '')

async function run(file: string): Promise<void> {
  const loaded: { handler: Handler } = file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : require(file)
  report({ kind: 'ready' })
  const { statusCode, body } = await loaded.handler(event, context)
  report({ kind: 'answered', status: statusCode, ...(body === undefined ? {} : { body }) })
  process.on('message', ({ calls }: Order) => void measure(loaded.handler, calls))
}

async function measure(handler: Handler, calls: number): Promise<void> {
  const milliseconds: number[] = []
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call++) {
    const started = performance.now()
    await handler(event, context)
    milliseconds.push(performance.now() - started)
  }
  const { user, system } = process.cpuUsage(before)
  report({ kind: 'measured', milliseconds, cpuMicroseconds: user + system })
}

/** Directs every TLS connection to the stand-in, under the name that was asked for; the subjects use AWS's own host names. */
function redirect(port: number): void {
  const module: { connect: unknown } = require('node:tls')
  const connect = module.connect as typeof tls.connect
  module.connect = (...args: readonly unknown[]) => {
    const options = Object.assign({}, ...args.filter((arg) => typeof arg === 'object' && !(arg instanceof URL)))
    const host = args.find((arg) => typeof arg === 'string') ?? options.host
    const listener = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    return connect({ ...options, servername: options.servername || host, host: '127.0.0.1', port }, listener)
  }
}
