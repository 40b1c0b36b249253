/** The hub that a command works on: the running local cloud's, or, with `--aws`, the one that is deployed. */

import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { LocalWorkspace } from '@pulumi/pulumi/automation/index.js'
import type { HubOutputs } from '../../shared/contract.ts'
import { tableName } from '../../shared/naming.ts'
import { parseHubOutputs } from '../../shared/read-contract.ts'
import { requireShellOfAws } from '../local/local-shell.ts'
import { readRunningHub } from '../local/running.ts'
import { findPulumi } from '../pulumi/find-cli.ts'
import { PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'
import { type Arguments, messageOf, UserError } from '../verb.ts'
import { cognitoClient } from './cognito.ts'

export interface HubAccess {
  readonly where: 'the local cloud' | 'AWS'
  readonly region: string
  readonly userPoolId: string
  readonly tableName: string
  /** Host of the token endpoint; absent if there is none, or if only flags named the hub. */
  readonly userPoolDomain?: string
  /** The external provider at which people sign in; absent if they use the user pool, or if only flags named the hub. */
  readonly identity?: { readonly issuer: string }
  /** Providers to which the user pool federates, and the tenant of each; absent if there are none, or if only flags named the hub. */
  readonly federatedProviders?: Readonly<Record<string, string>>
  /** The command that deploys a stack into this hub, without the stack's name. */
  readonly deployCommand: string
  /** The flags of `login` for this hub; absent if only flags named the hub. */
  readonly signIn?: Pick<HubOutputs, 'gatewayUrl' | 'userPoolClientId'>
  readonly cognito: CognitoIdentityProviderClient
  readonly dynamodb: DynamoDBClient
  close(): void
}

/** Options of every command that uses a hub. */
export const HUB_OPTIONS = {
  aws: { type: 'boolean', help: "the deployed hub, with this shell's AWS credentials; without it, the local cloud" },
  'hub-stack': { type: 'string', placeholder: 'STACK', help: "with --aws: the hub's stack, asked of pulumi (hub)" },
  region: { type: 'string', placeholder: 'REGION', help: 'with --aws: instead of asking pulumi' },
  'user-pool-id': { type: 'string', placeholder: 'ID', help: 'with --aws: instead of asking pulumi' },
} as const

type Values = Arguments['values']

async function openHub(values: Values): Promise<HubAccess> {
  if (values.aws === true) {
    requireShellOfAws()
    return await deployedHub(values)
  }
  const given = ['hub-stack', 'region', 'user-pool-id'].filter((name) => values[name] !== undefined)
  if (given.length > 0)
    throw new UserError(`${given.map((name) => `--${name}`).join(', ')}: for a deployed hub only.`, 'Add --aws.')
  return await localHub()
}

/** Closes the connection afterwards, also if the work fails. */
export async function withHub<T>(values: Values, work: (hub: HubAccess) => Promise<T>): Promise<T> {
  const hub = await openHub(values)
  try {
    return await work(hub)
  } finally {
    hub.close()
  }
}

/**
 * Whether a tenant belongs to this hub, according to the tenant's file.
 * @returns undefined if the hub was not named by its stack
 */
export function isOfHub(hubStack: string, values: Values): boolean | undefined {
  if (values.aws !== true || values.region !== undefined) return undefined
  const stack = (name: string) => name.split('/').at(-1)
  return stack(hubStack) === stack(values['hub-stack'] === undefined ? 'hub' : String(values['hub-stack']))
}

const PULUMI_UP = 'pulumi up -s'

async function localHub(): Promise<HubAccess> {
  const { hub, operator, wirePort, caFile, verb } = await readRunningHub()
  const local = { port: wirePort, caFile }
  const deployCommand = verb === 'start' ? 'npm run genai -- up' : PULUMI_UP
  return access(
    'the local cloud',
    { ...hub, deployCommand },
    {
      cognito: cognitoClient(hub.region, { local, credentials: operator }),
      dynamodb: new DynamoDBClient({
        region: hub.region,
        credentials: operator,
        requestHandler: { httpsAgent: localAgent(local) },
      }),
    },
  )
}

async function deployedHub(values: Values): Promise<HubAccess> {
  const { region, 'user-pool-id': userPoolId } = values
  if ((region === undefined) !== (userPoolId === undefined))
    throw new UserError(
      'A hub is named by --region and --user-pool-id together, or by its stack.',
      'Their values: pulumi stack output -s hub',
    )
  const hub =
    region === undefined
      ? await hubOfStack(values['hub-stack'] === undefined ? 'hub' : String(values['hub-stack']))
      : { region: String(region), userPoolId: String(userPoolId), tableName }
  return access(
    'AWS',
    { ...hub, deployCommand: PULUMI_UP },
    {
      cognito: cognitoClient(hub.region, {}),
      dynamodb: new DynamoDBClient({ region: hub.region }),
    },
  )
}

async function hubOfStack(stack: string) {
  const { command } = await findPulumi({ download: false }).catch((cause: unknown) => {
    throw new UserError(
      `The outputs of the hub's stack cannot be read. ${messageOf(cause)}`,
      'Or name the hub by --region and --user-pool-id.',
      { cause },
    )
  })
  try {
    const workspace = await LocalWorkspace.create({ workDir: PROJECT_DIRECTORY, pulumiCommand: command })
    const outputs = Object.entries(await workspace.stackOutputs(stack))
    return parseHubOutputs(Object.fromEntries(outputs.map(([name, { value }]) => [name, value])), stack)
  } catch (cause) {
    throw new UserError(
      `The outputs of stack ${stack} cannot be read: ${messageOf(cause).trim()}`,
      'Sign in to its backend (pulumi login), name another with --hub-stack, or use --region and --user-pool-id.',
      { cause },
    )
  }
}

function access(
  where: HubAccess['where'],
  hub: Pick<HubAccess, 'region' | 'userPoolId' | 'tableName' | 'deployCommand'> &
    Partial<NonNullable<HubAccess['signIn']> & Pick<HubAccess, 'userPoolDomain' | 'identity' | 'federatedProviders'>>,
  clients: Pick<HubAccess, 'cognito' | 'dynamodb'>,
): HubAccess {
  const {
    region,
    userPoolId,
    tableName: table,
    deployCommand,
    gatewayUrl,
    userPoolClientId,
    userPoolDomain,
    identity,
    federatedProviders,
  } = hub
  return {
    where,
    region,
    userPoolId,
    tableName: table,
    deployCommand,
    ...(userPoolDomain !== undefined && { userPoolDomain }),
    ...(identity && { identity: { issuer: identity.issuer } }),
    ...(federatedProviders && { federatedProviders }),
    ...(gatewayUrl !== undefined && userPoolClientId !== undefined && { signIn: { gatewayUrl, userPoolClientId } }),
    ...clients,
    close() {
      clients.cognito.destroy()
      clients.dynamodb.destroy()
    },
  }
}
