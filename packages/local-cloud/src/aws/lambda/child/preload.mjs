/**
 * Loaded into a function's process, and a container's, before anything else: the network that it sees.
 *
 * Connections to port 443 by host name go to the function's own port of the wire on 127.0.0.1, with the real name as the
 * server name of the TLS handshake; whether that name can be reached from the function is decided there. This carries
 * `fetch`, `node:https` and `node:http2` alike, as all of them connect through `net.Socket`. Names are not resolved.
 * Everything else (other ports, addresses, this machine, local sockets, datagrams) is refused with an error that says so:
 * a function of the local cloud has no other way out. This keeps honest code honest; it is no sandbox for hostile code.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import { registerHooks, syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { pathToFileURL } from 'node:url'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

/** The function's own threads load this file as well; its variables are no longer in their environment then. */
if (isMainThread) {
  setEnvironmentData('local cloud', {
    port: Number(process.env.LOCAL_WIRE_PORT),
    taskRoot: process.env.LAMBDA_TASK_ROOT ?? process.env.LOCAL_TASK_ROOT,
    credentialsPort: Number(process.env.LOCAL_CREDENTIALS_PORT ?? 0),
  })
  for (const name of ['LOCAL_WIRE_PORT', 'LOCAL_TASK_ROOT', 'LOCAL_CREDENTIALS_PORT']) delete process.env[name]
  // Node has read it already.
  delete process.env.NODE_EXTRA_CA_CERTS
}
const {
  port: wirePort,
  taskRoot,
  credentialsPort,
} = /** @type {{ port: number, taskRoot: string, credentialsPort: number }} */ (getEnvironmentData('local cloud'))
/** Where the containers of a task get their credentials, and nothing else here does. */
const CREDENTIALS_HOST = '169.254.170.2'
const HTTPS = 443

const connect = net.Socket.prototype.connect

/** @this {net.Socket} @param {any[]} given */
net.Socket.prototype.connect = function (...given) {
  const { options, connected } = normalize(given)
  const host = options.host ?? 'localhost'
  if (credentialsPort > 0 && host === CREDENTIALS_HOST && Number(options.port) === 80) {
    const { lookup: _, ...rest } = options
    return connect.call(this, { ...rest, host: '127.0.0.1', port: credentialsPort, family: 4 }, connected)
  }
  const reason = options.path ? `the local socket ${options.path}` : refusal(host, Number(options.port))
  if (reason !== undefined) {
    process.nextTick(() => this.destroy(refused(reason)))
    return this
  }
  // node:tls takes the server name from here only when it is told to; AWS's clients of Node's own always do.
  if ('setServername' in this && !options.servername) /** @type {any} */ (this).setServername(host)
  const { lookup: _, ...rest } = options
  return connect.call(this, { ...rest, host: '127.0.0.1', port: wirePort, family: 4 }, connected)
}

/**
 * Socket.connect takes options, or a path, or a port and a host; Node's own callers pass both as one list.
 * @param {any[]} given
 * @returns {{ options: Record<string, any>, connected: (() => void) | undefined }}
 */
function normalize(given) {
  const list = Array.isArray(given[0]) ? given[0] : given
  const [first, second] = list
  const last = list.at(-1)
  const connected = typeof last === 'function' ? last : undefined
  if (typeof first === 'object' && first !== null) return { options: first, connected }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { options: { path: first }, connected }
  return { options: { port: first, ...(typeof second === 'string' && { host: second }) }, connected }
}

/** @param {string} host @param {number} port */
function refusal(host, port) {
  const to = `${host}:${port}`
  if (net.isIP(host) !== 0) return `${to}, an address; the local cloud knows hosts by their names`
  if (/^localhost$|\.localhost$/i.test(host)) return `${to}, the machine itself, where nothing of the function listens`
  if (port !== HTTPS) return `${to}; functions of the local cloud speak TLS on port ${HTTPS} only`
  return undefined
}

/** @param {string} what */
function refused(what) {
  const error = new Error(`The local cloud has no way from this function to ${what}.`)
  return Object.assign(error, { code: 'ENETUNREACH', syscall: 'connect' })
}

/** @param {string} name */
const unresolved = (name) =>
  Object.assign(
    new Error(`The local cloud does not resolve ${name}: connect to port ${HTTPS} of it by name, or leave it out.`),
    { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name },
  )

/** An address is its own answer, as in the real one: what listens at one asks for it. */
const { lookup } = dns

const RESOLVING = /^(lookup|lookupService|reverse|resolve.*)$/
for (const holder of [dns, dns.Resolver.prototype])
  for (const name of Object.getOwnPropertyNames(holder))
    if (RESOLVING.test(name))
      /** @type {any} */ (holder)[name] = (/** @type {string} */ host, /** @type {any[]} */ ...rest) =>
        name === 'lookup' && net.isIP(host) !== 0
          ? /** @type {any} */ (lookup)(host, ...rest)
          : process.nextTick(rest.at(-1), unresolved(host))
for (const holder of [dns.promises, dns.promises.Resolver.prototype])
  for (const name of Object.getOwnPropertyNames(holder))
    if (RESOLVING.test(name))
      /** @type {any} */ (holder)[name] = (/** @type {string} */ host) => Promise.reject(unresolved(host))

/** @this {dgram.Socket} */
dgram.Socket.prototype.bind =
  dgram.Socket.prototype.connect =
  dgram.Socket.prototype.send =
    /** @type {any} */ (
      () => {
        throw refused('anywhere by datagrams (UDP)')
      }
    )

syncBuiltinESMExports()

/** Packages must be in the deployment package: this machine's node_modules are not there on AWS. */
const inside = `${pathToFileURL(taskRoot)}/`
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    if (!context.parentURL?.startsWith(inside) || resolved.url.startsWith(inside) || !resolved.url.startsWith('file:'))
      return resolved
    throw Object.assign(
      new Error(`Cannot find '${specifier}' in the deployment package of the function. Bundle it, or add its files.`),
      { code: 'ERR_MODULE_NOT_FOUND' },
    )
  },
})
