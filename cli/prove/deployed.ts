/**
 * The harmless part of the matrix against a gateway that is deployed: tokens and paths. Nothing is switched off, and nothing is
 * asked of AWS but a sign-in, the public key set and requests to the gateway that it must refuse.
 */

import type { JsonWebKey } from 'node:crypto'
import { claimsOf, type Tokens } from '../cognito.ts'
import { idOf } from './attempt.ts'
import { pathAttempts, paths } from './attempts/paths.ts'
import type { PathAttempt } from './attempts/smuggling.ts'
import { requestWith, type TokenAttempt, tokenAttempts, tokens } from './attempts/tokens.ts'
import { type Forge, forgeOf } from './forge.ts'
import { layerOfCode } from './gateway-answers.ts'
import { codeOf } from './gateway-calls.ts'
import { type Connection, type RawAnswer, send } from './http.ts'
import { contained, type Outcome, stopped, through } from './outcome.ts'
import type { Row, Verdict } from './run.ts'

export interface Deployed {
  readonly gatewayUrl: string
  /** PEM of the gateway's authority. @default the machine's own authorities */
  readonly ca?: string
  /** The user pool's public keys. */
  readonly keys: readonly JsonWebKey[]
  readonly tokens: Tokens
  readonly tenantId: string
  /** Whose path is tried with the tenant's token. */
  readonly otherTenantId: string
}

export interface DeployedResult {
  readonly rows: readonly Row[]
  readonly notMade: readonly { readonly id: string; readonly why: string }[]
}

/** @throws Error when the gateway does not answer */
export async function proveDeployed(deployed: Deployed): Promise<DeployedResult> {
  const connection = connectionTo(deployed)
  const forge = await forgeFor(deployed)
  const rows: Row[] = []
  const notMade: { id: string; why: string }[] = []
  for (const [index, attempt] of tokenAttempts.entries()) {
    const whole = tokens[index]
    if (!whole) continue
    if (attempt.needs !== undefined) notMade.push({ id: idOf(whole), why: WHY_NOT[attempt.needs] })
    else {
      const request = await requestWith(attempt, forge, Math.floor(Date.now() / 1000), deployed.tenantId)
      rows.push(rowOf(whole, judge(await send(connection, request), 'served')))
    }
  }
  for (const [index, attempt] of pathAttempts.entries()) {
    const whole = paths[index]
    if (whole) rows.push(rowOf(whole, judge(await send(connection, onPaths(attempt, deployed)), 'contained')))
  }
  return { rows, notMade }
}

function connectionTo({ gatewayUrl, ca }: Deployed): Connection {
  const { protocol, hostname, port } = new URL(gatewayUrl)
  if (protocol !== 'https:') throw new Error(`A gateway is tried over HTTPS only, not at ${gatewayUrl}.`)
  return {
    host: hostname,
    port: port === '' ? 443 : Number(port),
    servername: hostname,
    ...(ca !== undefined && { ca }),
  }
}

/** Attempts that need a second user are not made, so the one user's token stands for any. */
const forgeFor = ({ keys, tokens: { idToken, accessToken }, tenantId }: Deployed): Promise<Forge> =>
  forgeOf({ keys, tenantId, genuine: async () => idToken, accessToken: async () => accessToken })

/** The keys that the user pool of a token publishes. */
export async function publishedKeys(idToken: string): Promise<readonly JsonWebKey[]> {
  const issuer = String(claimsOf(idToken).iss)
  const answer = await fetch(`${issuer}/.well-known/jwks.json`)
  if (!answer.ok) throw new Error(`The key set of ${issuer} answered ${answer.status}.`)
  const { keys } = (await answer.json()) as { keys: JsonWebKey[] }
  return keys
}

/** The sample's tenants in the request, renamed to the deployed ones. */
function onPaths({ request }: PathAttempt, { gatewayUrl, tokens: { idToken }, tenantId, otherTenantId }: Deployed) {
  const made = request(TOKEN, new URL(gatewayUrl).hostname)
  const text = JSON.stringify(made)
    .replaceAll('tenant2', otherTenantId)
    .replaceAll('tenant1', tenantId)
    .replaceAll(TOKEN, idToken)
  return JSON.parse(text)
}

const TOKEN = '{token}'

const WHY_NOT: Readonly<Record<NonNullable<TokenAttempt['needs']>, string>> = {
  'the private key': "it needs a token signed with the pool's private key, which nobody has",
  'another pool': 'it needs a user pool of the attacker’s own',
  'a user of the second tenant': "it needs the second tenant's user; the same is tried as paths/other-tenant",
}

/** What can be seen from outside: who answered, and how. */
function judge(answer: RawAnswer, whenServed: 'served' | 'contained'): Outcome {
  const code = codeOf(answer)
  if (answer.status === 200)
    return whenServed === 'served' ? through('answered 200') : contained('answered 200, on the caller’s own path')
  if (answer.status >= 500) return through(`the gateway broke: ${answer.status} ${code ?? ''}`.trim())
  if (code !== undefined) return stopped([layerOfCode(code)], `${answer.status} ${code}`)
  if (answer.status === 401) return stopped(['loadBalancerToken'], '401')
  if (answer.status === 403) return stopped(['firewall'], '403')
  return stopped(['loadBalancerRequest'], answer.status === 0 ? 'connection closed' : String(answer.status))
}

/** Only the first layer shows itself, so which others there are is for the local cloud to say. */
function rowOf(attempt: Row['attempt'], outcome: Outcome): Row {
  const mayBeServed = attempt.expected.length === 0 || outcome.kind !== 'contained'
  const crossed: Outcome = mayBeServed ? outcome : through('answered 200 where a refusal is expected')
  const verdict: Verdict = crossed.kind === 'through' ? 'not stopped' : crossed.kind
  const stops = crossed.kind === 'stopped' ? crossed.by.map((layer) => ({ layer, detail: crossed.detail })) : []
  return { id: idOf(attempt), attempt, outcome: crossed, stops, each: new Map(), verdict }
}
