/** A client of the OCI distribution protocol, with the requests that a copy needs: https://github.com/opencontainers/distribution-spec */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../verb.ts'
import { type Descriptor, digestOf, MANIFEST_TYPES } from './formats.ts'
import { type Request, requireSafe, send, textOf } from './http.ts'
import { DIGEST, registryUrl } from './reference.ts'
import { refusal, type Side, unreachable } from './refusals.ts'

export interface RegistryOptions {
  readonly side: Side
  /** The credentials for `Authorization: Basic`. Without them, a registry may give a token to everybody. */
  readonly credentials?: string
  readonly signal?: AbortSignal | undefined
  /**
   * Pause before a failed request is repeated; it doubles each time.
   * @default half a second
   */
  readonly pauseMilliseconds?: number
}

export interface Document {
  readonly bytes: Buffer
  readonly mediaType: string
  readonly digest: string
}

interface Asked {
  readonly what: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  /** Statuses that are valid answers. */
  readonly expected: readonly number[]
}

/** Four attempts in all. */
const ATTEMPTS = 4
const MOST_PAUSE_SECONDS = 30
const PASSING: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])
const PASSING_ERRORS: ReadonlySet<string> = new Set([
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE'],
])

export class Registry {
  readonly url: URL
  readonly #options: RegistryOptions
  #authorization: string | undefined

  /** @param at a registry's name, or the URL of its API */
  constructor(at: string | URL, options: RegistryOptions) {
    this.url = typeof at === 'string' ? registryUrl(at) : at
    requireSafe(this.url)
    this.#options = options
    this.#authorization = options.credentials === undefined ? undefined : `Basic ${options.credentials}`
  }

  /**
   * @param wanted a tag or a digest
   * @returns undefined if there is no such image
   */
  async manifest(repository: string, wanted: string): Promise<Document | undefined> {
    const what = `the manifest ${wanted} of ${repository}`
    return await this.repeated(what, async () => {
      const headers = { accept: MANIFEST_TYPES.join(', ') }
      const answer = await this.#ask('GET', `/v2/${repository}/manifests/${wanted}`, {
        what,
        headers,
        expected: [200, 404],
      })
      const bytes = await textOf(answer)
      if (answer.statusCode === 404) return undefined
      const digest = digestOf(bytes)
      const promised = DIGEST.test(wanted) ? wanted : answer.headers['docker-content-digest']
      if (promised !== undefined && promised !== digest) throw wrongContent(this.url, what, `${promised}`, digest)
      return { bytes, digest, mediaType: String(answer.headers['content-type'] ?? '').split(';')[0] ?? '' }
    })
  }

  /** Reads a whole small blob. */
  async document(repository: string, descriptor: Pick<Descriptor, 'digest' | 'size'>): Promise<Buffer> {
    const what = `the blob ${descriptor.digest} of ${repository}`
    return await this.repeated(what, async () => {
      const bytes = await textOf(await this.blob(repository, descriptor.digest))
      const digest = digestOf(bytes)
      if (digest !== descriptor.digest) throw wrongContent(this.url, what, descriptor.digest, digest)
      return bytes
    })
  }

  /** A blob as a stream: whoever reads it must check it (`verified`). */
  async blob(repository: string, digest: string): Promise<IncomingMessage> {
    const what = `the blob ${digest} of ${repository}`
    return await this.#ask('GET', `/v2/${repository}/blobs/${digest}`, { what, expected: [200] })
  }

  async hasBlob(repository: string, digest: string): Promise<boolean> {
    // An answer to HEAD has no message, so the error names ECR's permission here.
    const what = `whether ${repository} has ${digest} (ecr:BatchCheckLayerAvailability)`
    const answer = await this.#ask('HEAD', `/v2/${repository}/blobs/${digest}`, { what, expected: [200, 404] })
    answer.resume()
    return answer.statusCode === 200
  }

  /**
   * @param from another repository of the registry that has the blob
   * @returns where the blob is to be sent, or undefined if it is there already
   */
  async beginUpload(repository: string, mount?: { readonly digest: string; readonly from: string }) {
    const query = mount ? `?${new URLSearchParams({ mount: mount.digest, from: mount.from })}` : ''
    const answer = await this.#ask('POST', `/v2/${repository}/blobs/uploads/${query}`, {
      what: `an upload to ${repository}`,
      headers: { 'content-length': 0 },
      expected: mount ? [201, 202] : [202],
    })
    answer.resume()
    if (answer.statusCode === 201) return undefined
    const { location } = answer.headers
    if (location === undefined) throw new Error(`${this.url.host} begins an upload and does not say where to.`)
    const url = new URL(location, this.url)
    requireSafe(url)
    return url
  }

  /** Sends the blob in one piece, because ECR does not take pieces in the standard way (decision 0033). */
  async finishUpload(url: URL, { digest, size }: Descriptor, body: Uint8Array | AsyncIterable<Uint8Array>) {
    const whole = new URL(url)
    whole.searchParams.append('digest', digest)
    const answer = await this.#ask('PUT', whole, {
      what: `the blob ${digest}`,
      headers: { 'content-type': 'application/octet-stream', 'content-length': size },
      body,
      expected: [201],
    })
    answer.resume()
  }

  /**
   * Sets the tag, as the last step of a push.
   * @returns undefined if the tag exists already and cannot be changed
   */
  async tag(repository: string, tag: string, { bytes, mediaType, digest }: Document): Promise<'tagged' | undefined> {
    const what = `the tag ${tag} of ${repository}`
    const answer = await this.#ask('PUT', `/v2/${repository}/manifests/${tag}`, {
      what,
      headers: { 'content-type': mediaType, 'content-length': bytes.length },
      body: bytes,
      expected: [201, 400],
    })
    if (answer.statusCode === 201) {
      answer.resume()
      const stored = answer.headers['docker-content-digest']
      if (stored !== undefined && stored !== digest) throw wrongContent(this.url, what, digest, `${stored}`)
      return 'tagged'
    }
    const error = await refusal(this.url, this.#options.side, what, answer)
    if (error.code === 'TAG_INVALID') return undefined
    throw error
  }

  /** Repeats work that failed for a temporary reason; a UserError is final. */
  async repeated<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++)
      try {
        return await work()
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : ''
        if (error instanceof UserError || this.#options.signal?.aborted) throw error
        if (attempt === ATTEMPTS || !PASSING_ERRORS.has(code))
          throw unreachable(this.url, this.#options.side, what, error)
        await this.#pause(attempt)
      }
  }

  async #ask(method: Request['method'], at: string | URL, { what, headers, body, expected }: Asked) {
    const url = typeof at === 'string' ? new URL(at, this.url) : at
    const own = url.host === this.url.host
    const isStream = body !== undefined && !(body instanceof Uint8Array)
    let signedIn = false
    for (let attempt = 1; ; attempt++) {
      const authorization = own ? this.#authorization : undefined
      const request = { method, url, headers: { ...headers, ...(authorization !== undefined && { authorization }) } }
      const sending = () => send({ ...request, ...(body && { body }), signal: this.#options.signal })
      const answer = isStream ? await sending() : await this.repeated(what, sending)
      const status = answer.statusCode ?? 0
      if (expected.includes(status)) return answer
      if (status === 401 && own && !isStream && !signedIn) {
        signedIn = true
        const token = await this.#token(answer)
        if (token !== undefined) {
          this.#authorization = `Bearer ${token}`
          continue
        }
      }
      if (isStream && PASSING.has(status)) {
        answer.resume()
        throw Object.assign(new Error(`${url.host} answered ${status}.`), { code: 'ECONNRESET' })
      }
      if (!PASSING.has(status) || attempt >= ATTEMPTS) throw await refusal(this.url, this.#options.side, what, answer)
      answer.resume()
      await this.#pause(attempt, Number(answer.headers['retry-after']))
    }
  }

  /**
   * Gets a token without credentials, as the registry's challenge says.
   * @returns undefined if it gives no such token
   */
  async #token(answer: IncomingMessage): Promise<string | undefined> {
    const challenge = String(answer.headers['www-authenticate'] ?? '')
    if (!/^bearer /i.test(challenge) || this.#options.credentials !== undefined) return undefined
    answer.resume()
    const said = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
    const realm = new URL(said.get('realm') ?? '', this.url)
    requireSafe(realm)
    for (const name of ['service', 'scope']) {
      const value = said.get(name)
      if (value !== undefined) realm.searchParams.set(name, value)
    }
    const what = 'a token'
    const signal = this.#options.signal
    const given = await this.repeated(what, () => send({ method: 'GET', url: realm, signal }))
    if (given.statusCode !== 200) throw await refusal(realm, this.#options.side, what, given)
    const { token, access_token: other } = JSON.parse((await textOf(given)).toString('utf8'))
    return token ?? other
  }

  async #pause(attempt: number, seconds = Number.NaN): Promise<void> {
    const own = (this.#options.pauseMilliseconds ?? 500) * 2 ** (attempt - 1)
    const asked = Number.isFinite(seconds) ? Math.min(seconds, MOST_PAUSE_SECONDS) * 1000 : 0
    const signal = this.#options.signal
    await wait(Math.max(own, asked), undefined, { ...(signal && { signal }) })
  }
}

export const wrongContent = (url: URL, what: string, promised: string, got: string) =>
  new UserError(
    `${url.host} answered other bytes for ${what} than their digest says: ${got} instead of ${promised}. Nothing was tagged.`,
    'Something on the way, such as a proxy, changes what it carries, or the registry is damaged. Try again, or from another network.',
  )
