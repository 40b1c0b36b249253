/**
 * A program may fetch a public document of AWS while it is deployed: with `keySetVia: inline`, the key set of the user pool
 * that it has just declared. The deployer's machine would reach AWS; here it reaches the local cloud.
 */
import type { Cognito } from '../../aws/cognito/cognito.ts'

const KEY_SET = /^\/([^/]+)\/\.well-known\/jwks\.json$/

/** Runs `work` with a `fetch` that answers for AWS hosts, and refuses to send anything of theirs to the real ones. */
export async function withDeployerFetch<T>(cognito: Pick<Cognito, 'keySet'>, work: () => Promise<T>): Promise<T> {
  const original = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (!url.hostname.endsWith('.amazonaws.com')) return await original(input, init)
    const poolId = url.hostname.startsWith('cognito-idp.') ? KEY_SET.exec(url.pathname)?.[1] : undefined
    if (poolId === undefined)
      throw new TypeError(`fetch failed: the local cloud has no ${url.hostname}${url.pathname} for a deployment`)
    return Response.json(await cognito.keySet(poolId))
  }
  try {
    return await work()
  } finally {
    globalThis.fetch = original
  }
}
