/**
 * Loaded into a measured server before the server's own code: directs its TLS connections to the stand-in, under the name that was asked for,
 * and answers the parent's questions about memory and processor time.
 */
import { createRequire } from 'node:module'
import type tls from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Usage {
  readonly cpuMicroseconds: number
  readonly residentBytes: number
  /** Bytes that are left after a garbage collection. */
  readonly heapBytes: number
  /** What keeps the process alive, by kind: timers, sockets, requests. */
  readonly resources: Readonly<Record<string, number>>
}

const port = Number(process.env.STAND_IN_PORT)
const module: { connect: unknown } = createRequire(__filename)('node:tls')
const connect = module.connect as typeof tls.connect
module.connect = (...args: readonly unknown[]) => {
  const options = Object.assign({}, ...args.filter((arg) => typeof arg === 'object' && !(arg instanceof URL)))
  const host = args.find((arg) => typeof arg === 'string') ?? options.host
  const listener = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
  return connect({ ...options, servername: options.servername || host, host: '127.0.0.1', port }, listener)
}

process.on('message', (what) => {
  if (what === 'what is left') collect()
  const { user, system } = process.cpuUsage()
  const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  process.send?.({ cpuMicroseconds: user + system, residentBytes, heapBytes, resources } satisfies Usage)
})

function collect(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

process.once('disconnect', () => process.exit())
