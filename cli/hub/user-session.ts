/** A user's session: the gateway and the tokens of a sign-in, for the running local cloud or a deployed hub. */
import { localAgent } from '@genai/local-cloud/wire/agent'
import { SIGN_IN_SCOPE } from '../../shared/browser-sign-in.ts'
import { federatedGroup } from '../../shared/federation.ts'
import { GROUPS_CLAIM, TENANT_CLAIM, TENANT_ID } from '../../shared/tenant.ts'
import { readRunningHub } from '../local/running.ts'
import { signInByBrowser } from '../sign-in/by-browser.ts'
import { signInByDevice } from '../sign-in/by-device.ts'
import { cognitoServer } from '../sign-in/cognito-server.ts'
import { discoverServer } from '../sign-in/discovery.ts'
import type { SignInServer } from '../sign-in/server.ts'
import { refreshByForm } from '../sign-in/tokens.ts'
import { askPassword } from '../terminal/password.ts'
import { askAppCode, showAppKey } from '../terminal/second-factor.ts'
import { type Arguments, UserError } from '../verb.ts'
import {
  claimsOf,
  cognitoClient,
  type LocalConnection,
  refreshTokens,
  setUpSecondFactor,
  signInForTokens,
  type Tokens,
} from './cognito.ts'

export interface UserSession {
  readonly tenant: string
  /** Without a slash at the end. */
  readonly gatewayUrl: string
  readonly region: string
  readonly tokens: Tokens
  /** Gets new tokens. @throws UserError if the session has ended */
  readonly refresh: (refreshToken: string) => Promise<Tokens>
  /** Closes connections; the tokens stay valid. */
  readonly close: () => void
  /** Certificate of the local cloud's certificate authority; absent for a deployed hub. */
  readonly caFile?: string
}

/** Options of every command that signs a user in. */
export const SESSION_OPTIONS = {
  username: { type: 'string', placeholder: 'NAME', help: "the user; locally the tenant's first user by default" },
  'gateway-url': { type: 'string', placeholder: 'URL', help: "a deployed hub's gatewayUrl" },
  'client-id': { type: 'string', placeholder: 'ID', help: "a deployed hub's userPoolClientId" },
  region: { type: 'string', placeholder: 'REGION', help: "a deployed hub's region" },
  code: {
    type: 'string',
    placeholder: 'DIGITS',
    help: 'the code of an authenticator app, where one is asked for; asked for without it',
  },
  'set-up-code': {
    type: 'boolean',
    help: 'after the password: set up an authenticator app, whose code is asked for from then on',
  },
  browser: { type: 'boolean', help: 'sign in with a browser instead, so that this command sees no password' },
  provider: {
    type: 'string',
    placeholder: 'NAME',
    help: "with --browser: a provider of the hub's federatedProviders, for its people",
  },
  device: { type: 'boolean', help: 'with --issuer: sign in on another device, by a code' },
  issuer: { type: 'string', placeholder: 'URL', help: "the hub's external provider (its output identity.issuer)" },
  scope: { type: 'string', placeholder: 'WORDS', help: 'with --issuer: what is asked for (openid)' },
  token: {
    type: 'string',
    placeholder: 'KIND',
    help: 'with --issuer: id or access, whichever has the hub’s audience (id)',
  },
  'user-pool-domain': { type: 'string', placeholder: 'HOST', help: "with --browser: a deployed hub's userPoolDomain" },
} as const

type Values = Arguments['values']

/** @throws UserError if the user cannot sign in, or belongs to another tenant */
export async function openSession(tenantId: string, values: Values): Promise<UserSession> {
  if (!TENANT_ID.test(tenantId))
    throw new UserError(
      `"${tenantId}" is no tenant id.`,
      'An id is a lower-case letter and 1 to 19 letters or digits, such as tenant1.',
    )
  if (values.browser === true && values.username !== undefined)
    throw new UserError('--username says nothing with --browser: the user is chosen there.', 'Leave one of them out.')
  checkWay(values)
  const session = isDeployed(values) ? await ofDeployed(values) : await ofLocal(tenantId, values)
  // An external provider has its own values for tenants, which the tenant's stack knows.
  if (values.issuer !== undefined) return { ...session, tenant: tenantId }
  if (values.provider !== undefined)
    return { ...session, tenant: federatedPath(session.tokens.idToken, tenantId, String(values.provider)) }
  // The tenant's id is read from the token, as the client in AWS's article does.
  const tenant = claimsOf(session.tokens.idToken)[TENANT_CLAIM]
  if (typeof tenant !== 'string')
    throw new UserError(
      `The user's token has no ${TENANT_CLAIM}.`,
      'Have an administrator create the user for a tenant: npm run tenant -- user add TENANT EMAIL',
    )
  if (tenant !== tenantId)
    throw new UserError(
      `That user belongs to ${tenant}, not to ${tenantId}.`,
      "Sign in with one of the tenant's own users.",
    )
  return { ...session, tenant }
}

/**
 * Federated people have no claim with the tenant: the group of their provider says to which tenant they belong, and the gateway checks it on
 * this path.
 * @throws UserError for somebody who did not sign in at the provider
 */
export function federatedPath(idToken: string, tenantId: string, provider: string): string {
  const { iss, [GROUPS_CLAIM]: groups } = claimsOf(idToken)
  const userPoolId = String(iss).split('/').at(-1) ?? ''
  if (Array.isArray(groups) && groups.includes(federatedGroup(userPoolId, provider))) return `${tenantId}.${provider}`
  throw new UserError(
    `That user did not sign in at ${provider}.`,
    'The browser may remember somebody else: sign out on the pages of the user pool (an hour), or use a private window.',
  )
}

const DEPLOYED = ['gateway-url', 'client-id', 'region'] as const

function isDeployed(values: Values): boolean {
  const missing = DEPLOYED.filter((flag) => values[flag] === undefined)
  if (missing.length > 0 && missing.length < DEPLOYED.length)
    throw new UserError(
      `A deployed hub is named by ${DEPLOYED.map((flag) => `--${flag}`).join(', ')}; missing: ${missing.map((flag) => `--${flag}`).join(', ')}.`,
      'Their values: pulumi stack output -s hub',
    )
  return missing.length === 0
}

async function ofDeployed(values: Values): Promise<Omit<UserSession, 'tenant'>> {
  // The commands that use it append a path.
  const gatewayUrl = String(values['gateway-url']).replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]+$/.test(gatewayUrl) || !URL.canParse(gatewayUrl))
    throw new UserError(
      `--gateway-url is not https://HOST: ${String(values['gateway-url'])}`,
      'Take gatewayUrl of: pulumi stack output -s hub',
    )
  const region = String(values.region)
  const clientId = String(values['client-id'])
  if (values.issuer !== undefined)
    return { gatewayUrl, region, ...(await byProvider(String(values.issuer), clientId, values)) }
  if (values.browser === true) {
    const server = serverOfDeployed(clientId, values)
    return { gatewayUrl, region, ...signedAt(server, await signInByBrowser(server)) }
  }
  if (values.username === undefined)
    throw new UserError('Which user signs in to the deployed hub?', 'Add --username NAME.')
  const tokens = await byPassword(region, clientId, { username: String(values.username), ...factorOf(values) })
  return { gatewayUrl, region, ...tokens }
}

function serverOfDeployed(clientId: string, values: Values): SignInServer {
  const domain = values['user-pool-domain']
  if (domain === undefined)
    throw new UserError(
      'Where are the pages that people sign in with? --browser needs --user-pool-domain HOST.',
      'Its value: pulumi stack output userPoolDomain -s hub. A hub without it: set userPoolDomain (docs/identity.md).',
    )
  return cognitoServer({ domain: String(domain), clientId, provider: providerOf(values) })
}

async function ofLocal(tenantId: string, values: Values): Promise<Omit<UserSession, 'tenant'>> {
  const { caFile, wirePort, browserPort, hub, users } = await readRunningHub()
  const { region, userPoolClientId: clientId, gatewayUrl } = hub
  if (gatewayUrl === undefined)
    throw new UserError(
      'The local gateway is not open on this machine.',
      'The shell that runs the local cloud says why.',
    )
  const local = { port: wirePort, caFile }
  const place = { gatewayUrl, region, caFile }
  if (values.browser === true) {
    if (hub.userPoolDomain === undefined)
      throw new UserError(
        'The hub of the local cloud has no pages to sign in with.',
        'Set userPoolDomain of the hub, and deploy it again (docs/identity.md).',
      )
    if (browserPort === undefined)
      throw new UserError('The local cloud has no door for a browser yet.', 'Try again when it says that it serves.')
    const server = cognitoServer({
      domain: hub.userPoolDomain,
      clientId,
      provider: providerOf(values),
      agent: localAgent(local),
      browserPort,
    })
    const own = users.find((user) => user.tenantId === tenantId)
    // Passwords are not printed, because others may see the terminal; only the owner can read the note that has them.
    if (own) process.stderr.write(`Sign in as ${own.username} (the password is in .local/running.json).\n`)
    return { ...place, ...signedAt(server, await signInByBrowser(server)) }
  }
  const user = users.find((candidate) =>
    values.username === undefined ? candidate.tenantId === tenantId : candidate.username === values.username,
  )
  if (!user && values.username === undefined) {
    const tenants = [...new Set(users.map((known) => known.tenantId))].join(', ')
    throw new UserError(
      `The local cloud made no user of ${tenantId}.`,
      `${tenants ? `It made users of: ${tenants}. ` : ''}For one of your own, add --username EMAIL; make it with npm run tenant -- user add ${tenantId} EMAIL`,
    )
  }
  const username = user?.username ?? String(values.username)
  const password = user && { password: user.password }
  return { ...place, ...(await byPassword(region, clientId, { username, ...password, ...factorOf(values), local })) }
}

const providerOf = ({ provider }: Values) => (provider === undefined ? undefined : String(provider))

function factorOf({ code, 'set-up-code': setUp }: Values): Pick<ByPassword, 'code' | 'setUpCode'> {
  return { ...(code !== undefined && { code: String(code) }), ...(setUp === true && { setUpCode: true }) }
}

/** Which ways to sign in can be combined. */
function checkWay(values: Values): void {
  const { issuer, browser, device, scope, token = 'id', 'gateway-url': gatewayUrl } = values
  if (values.provider !== undefined && (browser !== true || issuer !== undefined))
    throw new UserError(
      '--provider is for a sign-in on the pages of the user pool, which send people on to it.',
      'Add --browser, and leave --issuer out.',
    )
  const ofPassword = ['code', 'set-up-code'].filter((name) => values[name] !== undefined)
  if (ofPassword.length > 0 && (issuer !== undefined || browser === true))
    throw new UserError(
      `--${ofPassword[0]} is for a sign-in by password: pages ask for codes, and set up apps, by themselves.`,
      'Leave it out.',
    )
  if (values.code !== undefined && !/^\d{6}$/.test(String(values.code)))
    throw new UserError(`--code ${String(values.code)} is no code.`, 'It is six digits of the authenticator app.')
  if (issuer === undefined) {
    const given = Object.entries({ '--device': device, '--scope': scope }).filter(([, value]) => value !== undefined)
    if (given.length > 0)
      throw new UserError(
        `${given.map(([name]) => name).join(', ')}: for an external provider only. Cognito has no sign-in by device.`,
        'Add --issuer, or use --browser.',
      )
    return
  }
  if (gatewayUrl === undefined)
    throw new UserError('--issuer is for a deployed hub.', 'Name it with --gateway-url, --client-id and --region.')
  if ((browser === true) === (device === true))
    throw new UserError(
      'An external provider signs in by --browser or by --device: one of them.',
      'It takes no password here.',
    )
  if (token !== 'id' && token !== 'access') throw new UserError(`--token is ${String(token)}.`, 'It is id or access.')
}

async function byProvider(issuer: string, clientId: string, values: Values): Promise<Signed> {
  const server = await discoverServer({
    issuer,
    clientId,
    scope: String(values.scope ?? SIGN_IN_SCOPE),
    token: values.token === 'access' ? 'access' : 'id',
  })
  return signedAt(server, values.device === true ? await signInByDevice(server) : await signInByBrowser(server))
}

type Signed = Pick<UserSession, 'tokens' | 'refresh' | 'close'>

interface ByPassword {
  readonly username: string
  /**
   * The password.
   * @default the user is asked for it
   */
  readonly password?: string
  /**
   * A code of the authenticator app.
   * @default the user is asked for it, if Cognito requires one
   */
  readonly code?: string
  /** Whether to set up an app after the user has signed in. */
  readonly setUpCode?: boolean
  readonly local?: LocalConnection
}

async function byPassword(region: string, clientId: string, user: ByPassword): Promise<Signed> {
  const { username, password, code, setUpCode, local } = user
  const cognito = cognitoClient(region, { ...(local && { local }) })
  const tokens = await signInForTokens(cognito, {
    clientId,
    username,
    password: password ?? (await askPassword('Password: ')),
    newPassword: () => askPassword('New password: '),
    code: async () => code ?? (await askAppCode()),
    setUpApp: (key) => showAppKey(key, username),
  })
  if (setUpCode) await setUpSecondFactor(cognito, tokens.accessToken, (key) => showAppKey(key, username))
  return {
    tokens,
    refresh: (refreshToken) => refreshTokens(cognito, { clientId, refreshToken }),
    close: () => cognito.destroy(),
  }
}

const signedAt = (server: SignInServer, tokens: Tokens): Signed => ({
  tokens,
  refresh: (refreshToken) => refreshByForm(server, refreshToken),
  close: () => server.agent?.destroy(),
})
