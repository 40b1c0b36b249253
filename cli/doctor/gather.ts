/** Reads everything from outside that the doctor needs: stack files, this shell's credentials, the running local cloud or AWS. */
import type { Agent } from 'node:https'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import type { AwsCredentialIdentity } from '@aws-sdk/types'
import { localAgent } from '@genai/local-cloud/wire/agent'
import type { Credentials } from '../../shared/choices.ts'
import { roleArn } from '../../shared/naming.ts'
import { ofProject, readSettings } from '../../shared/settings/read.ts'
import type { HubSettings, SpokeSettings } from '../../shared/settings.ts'
import { requireShellOfAws } from '../local/local-shell.ts'
import { readRunning } from '../local/running.ts'
import { PROJECT_DIRECTORY, readStack, stackNames } from '../pulumi/stack-files.ts'
import { readStackFiles, type StackFiles } from '../tenant/stack-files.ts'
import { UserError } from '../verb.ts'
import { type Clients, createClients } from './clients.ts'
import { wordsOf } from './denied.ts'
import type { Examined } from './run.ts'
import { type HubSubject, type Identity, NoAccess, type Subject, type TenantSubject } from './subjects.ts'

export interface OpenOptions {
  readonly aws: boolean
  /** The only stack to ask about. @default the hub and its tenants */
  readonly stack?: string
  /** Name of the read-only role in each account; absent: the stack files' own credentials. */
  readonly role?: string
  readonly directory?: string
  /** In a test: instead of the running local cloud and this shell. */
  readonly connection?: Connection
}

/** How AWS's services are reached, and with whose credentials. */
export interface Connection {
  readonly where: 'AWS' | 'the local cloud'
  /** @default this shell's credentials */
  readonly credentials?: AwsCredentialIdentity
  readonly agent?: Agent
  readonly needsPulumi: boolean
}

/** The organisation's name on the file backend, and for a `hubStack` that names none. */
const ORGANIZATION = 'organization'
const SESSION = 'genai-doctor'
/** Session policy for the deployers' roles: it denies everything. GetCallerIdentity needs no permission. */
const NOTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
})

export async function open(options: OpenOptions): Promise<Examined> {
  const { directory = PROJECT_DIRECTORY, stack } = options
  const connection = options.connection ?? (await connectionOf(options.aws))
  const files = readStackFiles(directory)
  const calls: string[] = []
  const make = subjectMaker(connection, options, files.project, (action) => calls.push(action))
  const hub = hubOf(files, directory, stack)
  const spokes = spokesOf(files, hub, stack)
  const hubSubject: HubSubject | undefined = hub && {
    ...make(hub.stack, hub.settings.account, hub.settings.region, { account: hub.settings.credentials }),
    kind: 'hub',
    settings: hub.settings,
  }
  const tenants = spokes.map(({ stack: name, settings }): TenantSubject => {
    const { account, credentials, hubCredentials } = settings
    return {
      ...make(name, account, hub?.settings.region ?? '', { account: credentials, hub: hubCredentials }),
      kind: 'tenant',
      settings,
    }
  })
  const all: readonly Subject[] = [...(hubSubject ? [hubSubject] : []), ...tenants]
  const subjects = stack === undefined ? all : all.filter((one) => one.stack === stack)
  return {
    world: { where: connection.where, asDeployer: options.role === undefined, files, hub: hubSubject, tenants },
    machine: { kind: 'machine', subject: 'this machine', needsPulumi: connection.needsPulumi },
    subjects,
    takeCalls: () => calls.splice(0),
  }
}

async function connectionOf(aws: boolean): Promise<Connection> {
  if (aws) {
    requireShellOfAws()
    return { where: 'AWS', needsPulumi: true }
  }
  const { operator, wirePort, caFile, verb } = await readRunning()
  return {
    where: 'the local cloud',
    credentials: operator,
    agent: localAgent({ port: wirePort, caFile, keepAlive: false }),
    needsPulumi: verb === 'local',
  }
}

interface FoundHub {
  readonly stack: string
  readonly settings: HubSettings
}

/** @throws UserError if the stack has no file, or if there are several hubs here and none is named */
function hubOf(files: StackFiles, directory: string, stack: string | undefined): FoundHub | undefined {
  if (stack !== undefined && !stackNames(directory).includes(stack))
    throw new UserError(`There is no Pulumi.${stack}.yaml.`, `There are ${stackNames(directory).join(', ')}.`)
  const ofSpoke = files.spokes
    .find((spoke) => spoke.stack === stack)
    ?.tenancy.hubStack.split('/')
    .at(-1)
  const wanted = ofSpoke ?? stack
  const hubs = stackNames(directory).flatMap((name) => {
    const settings = settingsOf(name, directory, files.project)
    return settings?.role === 'hub' ? [{ stack: name, settings }] : []
  })
  const found = wanted === undefined ? hubs : hubs.filter((one) => one.stack === wanted)
  if (found.length > 1)
    throw new UserError(
      `There are ${found.length} hubs: ${found.map((one) => one.stack).join(', ')}.`,
      'Name one: npm run genai -- doctor HUB',
    )
  return found[0]
}

/** Turns a file with mistakes into a row of the table. */
function settingsOf(stack: string, directory: string, project: string) {
  try {
    const raw = ofProject(readStack(stack, directory).config, project)
    return readSettings(raw, { organization: ORGANIZATION, project, stack })
  } catch {
    return undefined
  }
}

function spokesOf(files: StackFiles, hub: FoundHub | undefined, stack: string | undefined) {
  return files.spokes.flatMap(({ stack: name, tenancy, settings }): { stack: string; settings: SpokeSettings }[] => {
    const isOfHub = hub ? tenancy.hubStack.split('/').at(-1) === hub.stack : name === stack
    return isOfHub && settings.ok ? [{ stack: name, settings: settings.value }] : []
  })
}

function subjectMaker(
  { where, credentials: base, agent }: Connection,
  { role }: OpenOptions,
  project: string,
  asking: (action: string) => void,
) {
  const clientsOf = (region: string, credentials?: AwsCredentialIdentity, profile?: string): Clients =>
    createClients({
      region,
      asking,
      ...(credentials && { credentials }),
      ...(profile !== undefined && { profile }),
      ...(agent && { agent }),
    })
  const shell = (region: string, profile?: string) => {
    if (profile === undefined) return clientsOf(region, base)
    if (where === 'AWS') return clientsOf(region, undefined, profile)
    throw new NoAccess(
      `The local cloud has no credentials for the profile ${profile} in another process.`,
      'Name a role (roleArn) instead, or ask AWS.',
    )
  }
  async function assumed(region: string, arn: string, from: Clients, policy?: string): Promise<Clients> {
    const { Credentials: issued } = await from.sts.send(
      new AssumeRoleCommand({
        RoleArn: arn,
        RoleSessionName: SESSION,
        DurationSeconds: 900,
        ...(policy !== undefined && { Policy: policy }),
      }),
    )
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken } = issued ?? {}
    return clientsOf(region, { accessKeyId, secretAccessKey, ...(SessionToken && { sessionToken: SessionToken }) })
  }
  /** @param policy a session policy that limits the role */
  async function ofSettings(region: string, credentials: Credentials, policy?: string): Promise<Clients> {
    if (credentials.kind !== 'role')
      return shell(region, credentials.kind === 'profile' ? credentials.profile : undefined)
    return await assumed(region, credentials.roleArn, shell(region, credentials.profile), policy)
  }
  return (stack: string, account: string, region: string, own: { account: Credentials; hub?: Credentials }) => {
    let clients: Promise<Clients> | undefined
    const signIn = async () => {
      if (region === '')
        throw new NoAccess("The hub's stack file is not here, and it names the region.", 'Copy it here.')
      try {
        return role === undefined
          ? await ofSettings(region, own.account)
          : await assumed(region, roleArn(account, role), shell(region))
      } catch (cause) {
        if (cause instanceof NoAccess) throw cause
        const asked = role === undefined ? 'The credentials of the stack file' : roleArn(account, role)
        throw new NoAccess(
          `${asked} cannot be used. ${wordsOf(cause)}`,
          `Make the role in account ${account} (docs/first-deployment.md; npm run genai -- doctor --policy prints its policy), name another with --role, or ask with the stack files' own credentials: --as-deployer.`,
          { cause },
        )
      }
    }
    return {
      subject: stack,
      stack,
      project,
      account,
      region,
      clients: () => {
        clients ??= signIn()
        return clients
      },
      async deployer(which: 'account' | 'hub'): Promise<Identity> {
        const credentials = which === 'hub' ? (own.hub ?? own.account) : own.account
        const { sts } = await ofSettings(region || 'us-east-1', credentials, NOTHING)
        const { Account: id = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
        return { account: id, arn }
      },
    }
  }
}
