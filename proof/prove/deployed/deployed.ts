/**
 * The harmless attempts, made against a deployed gateway: tokens, paths, bodies, and the user pool as anybody can call it. Nothing is switched
 * off and nothing is changed. AWS is asked only for a sign-in, for the public key set, and for requests that it must refuse.
 */
import type { JsonWebKey } from 'node:crypto'
import { type Described, type Family, idOf } from '../attempt.ts'
import { allAttempts } from '../attempts/all.ts'
import { bodies, bodyAttempts, requestOf } from '../attempts/bodies.ts'
import { pathAttempts, paths } from '../attempts/paths.ts'
import type { PathAttempt } from '../attempts/smuggling.ts'
import { requestWith, type TokenAttempt, tokenAttempts, tokens } from '../attempts/tokens.ts'
import { contained, type Outcome, stopped, through } from '../outcome.ts'
import type { Row, Verdict } from '../run.ts'
import { type Forge, forgeOf } from '../testbed/forge.ts'
import { layerOfCode } from '../testbed/gateway-answers.ts'
import { codeOf } from '../testbed/gateway-calls.ts'
import { send } from '../testbed/http.ts'
import type { Connection, RawAnswer } from '../testbed/raw-request.ts'
import { type DeployedUser, tryUserPool } from './deployed-users.ts'

export interface Deployed {
  readonly gatewayUrl: string
  /**
   * PEM of the certificate authority of the gateway.
   * @default the computer's own authorities
   */
  readonly ca?: string
  /** The user pool's public keys. */
  readonly keys: readonly JsonWebKey[]
  readonly user: DeployedUser
  /** The tenant whose path is tried with the user's token. */
  readonly otherTenantId: string
}

export interface DeployedResult {
  readonly rows: readonly Row[]
  readonly notMade: readonly { readonly id: string; readonly why: string }[]
}

/** @throws Error if the gateway does not answer */
export async function proveDeployed(deployed: Deployed): Promise<DeployedResult> {
  const connection = connectionTo(deployed)
  const { tenantId, tokens: own } = deployed.user
  const forge = await forgeFor(deployed)
  const rows: Row[] = []
  const notMade: { id: string; why: string }[] = []
  for (const [index, attempt] of tokenAttempts.entries()) {
    const whole = tokens[index]
    if (!whole) continue
    if (attempt.needs !== undefined) notMade.push({ id: idOf(whole), why: WHY_NOT[attempt.needs] })
    else {
      const request = await requestWith(attempt, forge, Math.floor(Date.now() / 1000), tenantId)
      rows.push(rowOf(whole, judge(await send(connection, request), 'served')))
    }
  }
  for (const [index, attempt] of pathAttempts.entries()) {
    const whole = paths[index]
    if (whole) rows.push(rowOf(whole, judge(await send(connection, onPaths(attempt, deployed)), 'contained')))
  }
  for (const attempt of bodyAttempts) {
    const whole = bodies.find(({ name }) => name === attempt.name)
    if (!whole || attempt.needsUnlistedModel) continue
    rows.push(rowOf(whole, judge(await send(connection, requestOf(attempt, tenantId, own.idToken)), 'contained')))
  }
  for (const { attempt, outcome } of await tryUserPool(deployed.user)) rows.push(rowOf(attempt, outcome))
  const accounted = new Set([...rows, ...notMade].map(({ id }) => id))
  for (const attempt of allAttempts)
    if (!accounted.has(idOf(attempt))) notMade.push({ id: idOf(attempt), why: WHY_NOT_FAMILY[attempt.family] })
  return { rows, notMade }
}

const WHY_NOT_FAMILY: Readonly<Record<Family, string>> = {
  tokens: 'it needs a token that cannot be made',
  machines: 'it needs a machine of the tenant’s, or an issuer whose key is known',
  users: 'it would change the user pool if it got through, or needs an operator to change it first',
  paths: 'it needs to see what the platform did',
  bodies: 'it is handed to the function past the load balancer, or needs a model that the tenant may not use',
  identity: 'it needs credentials of the platform’s own roles, which nobody should be given',
  network: 'it needs a host inside of the hub’s or a tenant’s network, or the names of its endpoints',
  deployment: 'it would change the platform if it got through',
  shared: 'it needs credentials of the platform’s own roles, which nobody should be given',
  pooled: 'it needs credentials of the platform’s own roles, or of a tenant’s deployer, which nobody should be given',
}

export function connectionTo({ gatewayUrl, ca }: Pick<Deployed, 'gatewayUrl' | 'ca'>): Connection {
  const { protocol, hostname, port } = new URL(gatewayUrl)
  if (protocol !== 'https:') throw new Error(`A gateway is tried over HTTPS only, not at ${gatewayUrl}.`)
  return {
    host: hostname,
    port: port === '' ? 443 : Number(port),
    servername: hostname,
    ...(ca !== undefined && { ca }),
  }
}

/** Attempts that need a second user are not made, so every token is the one user's. */
const forgeFor = ({ keys, user: { tokens, tenantId } }: Deployed): Promise<Forge> =>
  forgeOf({
    keys,
    tenantId,
    genuine: async () => tokens.idToken,
    accessToken: async () => tokens.accessToken,
  })

/** The request, with the sample's tenants replaced by the deployed ones. */
function onPaths({ request }: PathAttempt, { gatewayUrl, user, otherTenantId }: Deployed) {
  const made = request(TOKEN, new URL(gatewayUrl).hostname)
  const text = JSON.stringify(made)
    .replaceAll('tenant2', otherTenantId)
    .replaceAll('tenant1', user.tenantId)
    .replaceAll(TOKEN, user.tokens.idToken)
  return JSON.parse(text)
}

const TOKEN = '{token}'

const WHY_NOT: Readonly<Record<NonNullable<TokenAttempt['needs']>, string>> = {
  'the private key': "it needs a token signed with the pool's private key, which nobody has",
  'another pool': 'it needs a user pool of the attacker’s own',
  'a user of the second tenant': "it needs the second tenant's user; the same is tried as paths/other-tenant",
}

/** What can be seen from outside: who answered, and with what. */
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

/** Only the first layer can be seen from outside; the proof in the local cloud shows which others there are. */
function rowOf(attempt: Described, outcome: Outcome): Row {
  const mayBeServed = attempt.expected.length === 0 || outcome.kind !== 'contained'
  const crossed: Outcome = mayBeServed ? outcome : through('answered 200 where a refusal is expected')
  const verdict: Verdict = crossed.kind === 'through' ? 'not stopped' : crossed.kind
  const stops = crossed.kind === 'stopped' ? crossed.by.map((layer) => ({ layer, detail: crossed.detail })) : []
  return { id: idOf(attempt), attempt, outcome: crossed, stops, each: new Map(), verdict }
}
