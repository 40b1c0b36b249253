/** Requests to an identity provider. Answers are JSON, and must be complete within seconds. */
import { request } from 'node:https'
import { isMap } from '../../shared/is-map.ts'
import { UserError } from '../verb.ts'
import type { SignInServer } from './server.ts'

const TIMEOUT_MILLISECONDS = 15_000
const MOST_BYTES = 256 * 1024

export interface OauthAnswer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

/** @throws UserError if the server cannot be reached, or answers something other than JSON */
export const postForm = (url: string, form: Readonly<Record<string, string>>, to: Asked): Promise<OauthAnswer> =>
  asked(url, to, new URLSearchParams(form).toString())

/** @throws UserError as {@link postForm} does, and for any status except 200 */
export async function getJson(url: string, to: Asked): Promise<Readonly<Record<string, unknown>>> {
  const { status, json } = await asked(url, to)
  if (status === 200) return json
  throw new UserError(`${to.name} answered ${status} at ${url}.`, 'Check the address.')
}

type Asked = Pick<SignInServer, 'name' | 'agent'>

async function asked(url: string, { name, agent }: Asked, form?: string): Promise<OauthAnswer> {
  try {
    const { status, body } = await send(url, agent, form)
    const json: unknown = JSON.parse(body)
    if (isMap(json)) return { status, json }
    throw new Error(`it answered ${status} and no JSON object`)
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'its answer is no JSON' : cause instanceof Error ? cause.message : ''
    throw new UserError(
      `${name} was not reached at ${new URL(url).origin}: ${reason}.`,
      'Try again; check the address.',
      { cause },
    )
  }
}

function send(
  url: string,
  agent: SignInServer['agent'],
  form?: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: form === undefined ? 'GET' : 'POST',
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
        headers: {
          accept: 'application/json',
          ...(form !== undefined && {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': Buffer.byteLength(form),
          }),
        },
        ...(agent && { agent }),
      },
      (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.byteLength
          if (bytes > MOST_BYTES) sent.destroy(new Error(`it answered more than ${MOST_BYTES} bytes`))
          else chunks.push(chunk)
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(form)
  })
}

/** `error` and `error_description` in a form that a message can show: the provider's text on one line. */
export function errorIn(json: Readonly<Record<string, unknown>>): string {
  const words = [json.error, json.error_description].filter(
    (one): one is string => typeof one === 'string' && one !== '',
  )
  return plain(words.join(': ') || 'no reason was given')
}

/** Removes control characters, which could move the terminal's cursor. */
export const plain = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300)
