/**
 * Loaded before a server that is measured: its TLS connections go to the stand-in, under the name that was asked for, and the
 * parent may ask what it has used.
 */
import { createRequire } from 'node:module'
import type tls from 'node:tls'

export interface Usage {
  readonly cpuMicroseconds: number
  readonly residentBytes: number
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

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMicroseconds: user + system, residentBytes: process.memoryUsage.rss() } satisfies Usage)
})
process.once('disconnect', () => process.exit())
