import { TENANT_CLAIM, TENANT_ID } from '../../shared/tenant.ts'
import { claimsOf, cognitoClient, signIn } from '../hub/cognito.ts'
import { loginVariables } from '../hub/login-variables.ts'
import { caVariables, writeCaBundle } from '../local/ca-bundle.ts'
import { readRunningHub } from '../local/running.ts'
import { askPassword } from '../terminal/password.ts'
import { exportLines } from '../terminal/shell.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

export const login: Verb = {
  name: 'login',
  usage: 'TENANT',
  summary: "Signs a tenant's user in and prints export lines for a shell.",
  details: [
    'eval "$(npm run -s login -- tenant1)" sets GATEWAY_URL, TENANT_ID (read from the token) and ID_TOKEN; the region, endpoint and',
    'key that make AWS SDKs and boto3 call Bedrock through the gateway; and, for the running local cloud, which certificates to trust',
    '(this machine\'s own among them). For a deployed hub, name it with the three flags that "pulumi stack output -s hub" answers;',
    'the password is asked for, or read from a pipe. A token is good for half an hour: then run it again.',
    'eval "$(npm run -s genai -- logout)" takes all of it out of the shell.',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    username: { type: 'string', placeholder: 'NAME', help: "the user; locally the tenant's first user by default" },
    'gateway-url': { type: 'string', placeholder: 'URL', help: "a deployed hub's gatewayUrl" },
    'client-id': { type: 'string', placeholder: 'ID', help: "a deployed hub's userPoolClientId" },
    region: { type: 'string', placeholder: 'REGION', help: "a deployed hub's region" },
    json: { type: 'boolean', help: 'the same as a JSON object' },
  },
  async run({ values, positionals }) {
    const tenantId = positionals[0] ?? ''
    if (!TENANT_ID.test(tenantId))
      throw new UserError(
        `"${tenantId}" is no tenant id.`,
        'An id is a lower-case letter and 1 to 19 letters or digits, such as tenant1.',
      )
    const exports = isDeployed(values) ? await fromDeployed(values) : await fromLocal(tenantId, values)
    if (exports.TENANT_ID !== tenantId)
      throw new UserError(
        `That user belongs to ${exports.TENANT_ID ?? 'no tenant'}, not to ${tenantId}.`,
        "Sign in with one of the tenant's own users.",
      )
    process.stdout.write(values.json === true ? `${JSON.stringify(exports, null, 2)}\n` : exportLines(exports))
    return 0
  },
}

type Values = Arguments['values']
type Exports = Readonly<Record<string, string>>

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

async function fromDeployed(values: Values): Promise<Exports> {
  // The commands that use it put a path behind it.
  const gatewayUrl = String(values['gateway-url']).replace(/\/+$/, '')
  if (!/^https?:\/\/[^/]+$/.test(gatewayUrl) || !URL.canParse(gatewayUrl))
    throw new UserError(
      `--gateway-url is not https://HOST: ${String(values['gateway-url'])}`,
      'Take gatewayUrl of: pulumi stack output -s hub',
    )
  if (values.username === undefined)
    throw new UserError('Which user signs in to the deployed hub?', 'Add --username NAME.')
  const token = await signIn(cognitoClient(String(values.region), {}), {
    clientId: String(values['client-id']),
    username: String(values.username),
    password: await askPassword('Password: '),
    newPassword: () => askPassword('New password: '),
  })
  return fromToken(token, gatewayUrl, String(values.region))
}

async function fromLocal(tenantId: string, values: Values): Promise<Exports> {
  const running = await readRunningHub()
  const { caFile, wirePort, hub } = running
  const { region, userPoolClientId, gatewayUrl } = hub
  if (gatewayUrl === undefined)
    throw new UserError(
      'The local gateway is not open on this machine.',
      'The shell that runs the local cloud says why.',
    )
  const user = running.users.find((candidate) =>
    values.username === undefined ? candidate.tenantId === tenantId : candidate.username === values.username,
  )
  if (!user && values.username === undefined) {
    const tenants = [...new Set(running.users.map((known) => known.tenantId))].join(', ')
    throw new UserError(
      `The local cloud made no user of ${tenantId}.`,
      `${tenants ? `It made users of: ${tenants}. ` : ''}For one of your own, add --username EMAIL; make it with npm run tenant -- user add ${tenantId} EMAIL`,
    )
  }
  const token = await signIn(cognitoClient(region, { local: { port: wirePort, caFile } }), {
    clientId: userPoolClientId,
    username: user?.username ?? String(values.username),
    password: user?.password ?? (await askPassword('Password: ')),
    newPassword: () => askPassword('New password: '),
  })
  return { ...fromToken(token, gatewayUrl, region), ...caVariables(caFile, writeCaBundle(caFile)) }
}

/** As in the client of AWS's article: a client finds its route in its own token. */
function fromToken(token: string, gatewayUrl: string, region: string): Exports {
  const tenant = claimsOf(token)[TENANT_CLAIM]
  if (typeof tenant !== 'string')
    throw new UserError(
      `The user's token has no ${TENANT_CLAIM}.`,
      'Have an administrator create the user for a tenant: npm run tenant -- user add TENANT EMAIL',
    )
  return loginVariables({ gatewayUrl, tenant, token, region })
}
