/**
 * Loaded by the Node processes of a shell that works with the local cloud (`NODE_OPTIONS`), such as the programs that the
 * Pulumi CLI starts: TLS connections to AWS's hosts go to the local cloud's port for this machine, under their real names, as
 * `agent.ts` does it within a process. A host that the local cloud does not have is refused there, and never called for real. The same for
 * websites that the local cloud plays, whose names are in `LOCAL_CLOUD_WEBSITES`, separated by commas.
 */
import { TLSSocket } from 'node:tls'

const port = Number(process.env.LOCAL_CLOUD_PORT)
const websites = new Set((process.env.LOCAL_CLOUD_WEBSITES ?? '').split(',').filter((name) => name !== ''))
const connect = TLSSocket.prototype.connect

/** @this {TLSSocket} @param {any[]} given Node's own callers pass options first. */
TLSSocket.prototype.connect = function (...given) {
  const [options, ...rest] = given
  const { host, servername } = options ?? {}
  if (typeof host !== 'string' || !(/\.amazonaws\.com$/i.test(host) || websites.has(host.toLowerCase())))
    return /** @type {any} */ (connect).apply(this, given)
  // node:tls has told it already where the caller named one; Node's `fetch` and AWS's clients do.
  if (!servername) /** @type {any} */ (this).setServername(host)
  const { lookup: _, ...others } = options
  return /** @type {any} */ (connect).call(this, { ...others, host: '127.0.0.1', port, family: 4 }, ...rest)
}
