/** Fetches one key set from the internet: HTTPS to a public address, no redirects, at most a few seconds and 150 KB. */
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import { MOST_KEY_SET_BYTES } from '../../shared/rs256-keys.ts'
import { publicLookup } from './addresses.ts'

/** For a whole fetch, name resolution included. */
const TIMEOUT_MILLISECONDS = 5_000

/**
 * Fetches a document.
 * @throws Error that says in half a sentence what is wrong with its server
 */
export type Fetch = (url: string) => Promise<string>

export const fetchDocument =
  ({
    lookup = publicLookup(),
    timeoutMilliseconds = TIMEOUT_MILLISECONDS,
    ca,
    port = 443,
  }: Pick<RequestOptions, 'lookup' | 'ca'> & {
    readonly timeoutMilliseconds?: number
    readonly port?: number
  } = {}): Fetch =>
  async (given) => {
    const url = new URL(given)
    if (url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '')
      throw new Error('its address is not https:// and a host name')
    // A name's addresses are checked when it is resolved; an address in the URL would not be checked.
    if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) throw new Error('its host is an address, not a name')
    return await new Promise((resolve, reject) => {
      const request = httpsRequest({
        method: 'GET',
        host: url.hostname,
        port,
        path: `${url.pathname}${url.search}`,
        lookup,
        agent: false,
        headers: { host: url.host, accept: 'application/json', 'user-agent': 'genai-key-sets/1' },
        ...(ca !== undefined && { ca }),
      })
      const fail = (why: string) => {
        clearTimeout(late)
        request.destroy()
        reject(new Error(why))
      }
      const late = setTimeout(
        () => fail(`it did not answer within ${timeoutMilliseconds / 1000} s`),
        timeoutMilliseconds,
      )
      request.on('error', (error) => fail(reasonOf(error)))
      request.on('response', (response) => {
        if (response.statusCode !== 200) return fail(`it answered ${response.statusCode}`)
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.byteLength
          if (bytes > MOST_KEY_SET_BYTES) fail(`it answered more than ${MOST_KEY_SET_BYTES} bytes`)
          else chunks.push(chunk)
        })
        response.on('error', (error) => fail(reasonOf(error)))
        response.on('aborted', () => fail('it broke off'))
        response.on('end', () => {
          clearTimeout(late)
          resolve(Buffer.concat(chunks).toString('utf8'))
        })
      })
      request.end()
    })
  }

/** Node's messages may contain the addresses that were tried; its codes and our own messages do not. */
function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code === undefined ? error.message : `it was not reached (${code})`
}
