/**
 * Loaded into a container's process after the network that it sees: what it listens on is at a port of this machine that is told to
 * the parent, as many tasks listen on the same one; its heap is measured on demand; and it does not outlive the local cloud.
 */
import net from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'
import { watchParent } from '../../lambda/child/watch-parent.mjs'

const LOOPBACK = /^(127\.|localhost$|::1$)/

if (isMainThread) {
  const send = /** @type {(message: object) => void} */ (process.send?.bind(process))
  // The container shall not take the channel for its own, nor be kept by it.
  delete process.send
  process.on('message', () => send({ kind: 'measured', heapBytes: heapAfterCollection() }))
  process.channel?.unref()
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  watchParent()

  const { listen, address } = net.Server.prototype
  /** @type {WeakMap<net.Server, number>} */
  const declared = new WeakMap()
  net.Server.prototype.listen = /** @this {net.Server} @param {any[]} given */ function (...given) {
    const [options, listening] = /** @type {any} */ (net)._normalizeArgs(given)
    const port = Number(options.port)
    // What listens on its own loopback address nobody reaches from outside.
    if (options.path !== undefined || options.fd !== undefined || LOOPBACK.test(options.host ?? ''))
      return /** @type {any} */ (listen).apply(this, given)
    this.once('listening', () => {
      const at = /** @type {net.AddressInfo} */ (address.call(this))
      declared.set(this, port === 0 ? at.port : port)
      send({ kind: 'listening', port: declared.get(this), localPort: at.port })
    })
    return listen.call(this, { ...options, host: '127.0.0.1', port: 0 }, listening ?? undefined)
  }
  net.Server.prototype.address = function () {
    const port = declared.get(this)
    return port === undefined ? address.call(this) : { address: '::', family: 'IPv6', port }
  }
}

/** What is held on to: garbage that V8 leaves lying, as it has room, does not count. */
function heapAfterCollection() {
  setFlagsFromString('--expose_gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
