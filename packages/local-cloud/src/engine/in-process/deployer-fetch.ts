/**
 * A program may fetch public documents during its deployment, such as the key set of the user pool that it has just declared, or an identity
 * provider's discovery document. On the deployer's machine this reaches AWS and the internet; here it reaches the local cloud and its websites.
 */
import type { Cognito } from '../../aws/cognito/cognito.ts'
import type { Website } from '../../website.ts'

const KEY_SET = /^\/([^/]+)\/\.well-known\/jwks\.json$/

/** Runs `work` with a `fetch` that serves AWS's host names from the local cloud, and sends nothing to the real hosts. */
export async function withDeployerFetch<T>(
  cognito: Pick<Cognito, 'keySet'>,
  work: () => Promise<T>,
  websites: Readonly<Record<string, Website>> = {},
): Promise<T> {
  const original = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const website = Object.hasOwn(websites, url.hostname) ? websites[url.hostname] : undefined
    if (website) {
      const method = init?.method ?? 'GET'
      const { status, headers = {}, body } = await website({ method, target: `${url.pathname}${url.search}`, body: '' })
      return new Response(body, { status, headers })
    }
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
