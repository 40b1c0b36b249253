/** Signs in on another machine (RFC 8628): the user enters a code on a page there, and this process polls until that is done. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Tokens } from '../hub/cognito.ts'
import { stopOnSignals } from '../terminal/stopping.ts'
import { UserError } from '../verb.ts'
import { errorIn, plain, postForm } from './request.ts'
import type { SignInServer } from './server.ts'
import { tokensIn } from './tokens.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
/** The interval that the RFC gives for a provider that names none. */
const INTERVAL_SECONDS = 5
const SLOWER_SECONDS = 5
/** Longer than any provider waits. */
const MOST_SECONDS = 1800

export interface ByDeviceOptions {
  readonly say?: (line: string) => void
  /**
   * Milliseconds of a second, which are fewer in tests.
   * @default 1,000
   */
  readonly secondMilliseconds?: number
}

/** @throws UserError if the sign-in is refused, takes too long or is given up, or if the provider does not support it */
export async function signInByDevice(
  server: SignInServer,
  { say = (line) => void process.stderr.write(`${line}\n`), secondMilliseconds = 1000 }: ByDeviceOptions = {},
): Promise<Tokens> {
  const { deviceEndpoint, clientId, scope, name } = server
  if (deviceEndpoint === undefined)
    throw new UserError(`${name} has no sign-in by device.`, 'Use --browser, on a machine with one.')
  const { status, json } = await postForm(deviceEndpoint, { client_id: clientId, scope }, server)
  if (status !== 200)
    throw new UserError(
      `${name} refused to begin: ${errorIn(json)}.`,
      'Allow the device flow (and public clients) for the client at the provider: docs/identity.md.',
    )
  const { code, userCode, page, seconds, interval } = readAnswer(json, name)
  say(`Open ${page} on any device, and type ${userCode}. It is good for ${Math.ceil(seconds / 60)} minutes.`)
  const signals = stopOnSignals()
  const stopped = new AbortController()
  void signals.asked.then(() => stopped.abort())
  try {
    return await poll(server, { code, seconds, interval, secondMilliseconds, signal: stopped.signal })
  } finally {
    signals.release()
  }
}

function readAnswer(json: Readonly<Record<string, unknown>>, name: string) {
  const { device_code: code, user_code: userCode, verification_uri: page, expires_in: expires, interval } = json
  if (
    typeof code !== 'string' ||
    typeof userCode !== 'string' ||
    typeof page !== 'string' ||
    !page.startsWith('https://')
  )
    throw new UserError(`${name} answered no code and page for the user.`, 'Is it a provider that knows RFC 8628?')
  const number = (value: unknown, otherwise: number) => (typeof value === 'number' && value > 0 ? value : otherwise)
  return {
    code,
    userCode: plain(userCode),
    page: plain(page),
    seconds: Math.min(number(expires, MOST_SECONDS), MOST_SECONDS),
    interval: number(interval, INTERVAL_SECONDS),
  }
}

interface Polling {
  readonly code: string
  readonly seconds: number
  readonly interval: number
  readonly secondMilliseconds: number
  readonly signal: AbortSignal
}

async function poll(
  server: SignInServer,
  { code, seconds, interval, secondMilliseconds, signal }: Polling,
): Promise<Tokens> {
  const form = { grant_type: GRANT, client_id: server.clientId, device_code: code }
  let pause = interval
  for (let waited = pause; waited <= seconds; waited += pause) {
    await wait(pause * secondMilliseconds, undefined, { signal }).catch(() => {
      throw new UserError('Interrupted: nobody was signed in.')
    })
    const answer = await postForm(server.tokenEndpoint, form, server)
    const { error } = answer.json
    if (answer.status === 200) return tokensIn(answer, server)
    if (error === 'authorization_pending') continue
    // The longer interval applies to all later requests, not only to the next one.
    if (error === 'slow_down') pause += SLOWER_SECONDS
    else if (error === 'expired_token') break
    else
      throw new UserError(`The sign-in was refused: ${errorIn(answer.json)}.`, 'Try again, or ask your administrator.')
  }
  throw new UserError('The code has expired, and nobody has typed it.', 'Run the command again.')
}
