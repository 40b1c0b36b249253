/** Machines that have a client id and a secret of the hub's user pool: adds one, rotates its secret, removes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { PRICES, PRICES_AS_OF } from '../../shared/infrastructure-prices.ts'
import { machineSecretsPolicy } from '../../shared/policies/machine-secrets.ts'
import { MACHINE_NAME } from '../../shared/tenant.ts'
import { HUB_OPTIONS, type HubAccess, withHub } from '../hub/hub-access.ts'
import {
  addMachineSecret,
  createMachineClient,
  deleteMachineClient,
  endOlderSecret,
  machineClients,
  type NewSecret,
  SCOPE,
  withdrawSecret,
} from '../hub/machine-clients.ts'
import { PROJECT_DIRECTORY, projectName, stackFile } from '../pulumi/stack-files.ts'
import { confirm } from '../terminal/confirm.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'
import { tenantIdOf } from './id.ts'
import { type SecretStore, STORE_OPTIONS, storeOf } from './machine-secret.ts'
import { stackOf } from './stack-files.ts'
import { orUndone } from './undone.ts'
import { withMachine, withoutMachine } from './written-machine.ts'

export const CLIENT_PRICES = `$${PRICES.cognitoAppClientMonth.toFixed(2)} a month each and $${PRICES.cognitoThousandTokens} per 1,000 tokens (list prices of ${PRICES_AS_OF})`

const ONCE = [
  'The secret is printed to standard output, once, and kept nowhere by this command. With --secrets-manager it is written to Secrets Manager of the',
  "tenant's account instead, as genai/TENANT/NAME, and not printed. A role there does it, which is tried before anything is made; `tenant machine add",
  '--policy` prints its policy.',
]

const SECRET_OPTIONS = {
  ...HUB_OPTIONS,
  ...STORE_OPTIONS,
  json: { type: 'boolean', help: 'print id, secret and address as JSON' },
} as const

function nameOf(name = ''): string {
  if (MACHINE_NAME.test(name)) return name
  throw new UserError(
    `"${name}" is no machine's name.`,
    'A lower-case letter, then lower-case letters, digits and hyphens, at most 31.',
  )
}

/** @returns the tenant's stack, and the path of its file */
function fileOf(tenantId: string, directory: string): { readonly stack: string; readonly file: string } {
  const stack = stackOf(tenantId, directory)
  const file = stackFile(stack, directory)
  if (file !== undefined) return { stack, file }
  throw new UserError(`${tenantId} has no stack file.`, `It would be Pulumi.${stack}.yaml, beside Pulumi.yaml.`)
}

export interface Machine {
  readonly tenantId: string
  readonly name: string
  /** Folder of the stack files. @default the project's own */
  readonly directory?: string
}

type Hub = Pick<HubAccess, 'cognito' | 'userPoolId' | 'region' | 'userPoolDomain'> & Partial<Pick<HubAccess, 'where'>>

/**
 * Creates the app client, and writes its id into the tenant's stack file.
 * @param store where the secret is written
 * @throws UserError; nothing is changed then
 */
export async function addMachine(
  hub: Hub,
  { tenantId, name, directory = PROJECT_DIRECTORY }: Machine,
  store?: SecretStore,
): Promise<NewSecret & { readonly stack: string; readonly file: string }> {
  const { stack, file } = fileOf(tenantId, directory)
  const before = readFileSync(file, 'utf8')
  const issuer = `https://cognito-idp.${hub.region}.amazonaws.com/${hub.userPoolId}`
  const written = (clientId: string) =>
    withMachine(before, {
      project: projectName(directory),
      name,
      issuer: { issuer, claims: { client_id: clientId, token_use: 'access', scope: SCOPE } },
    })
  // Before anything is created: the id of an app client is known only afterwards.
  if (written('tried') === undefined)
    throw new UserError(
      `${basename(file)} has a machine ${name} already, or its machineIssuers are in a form that is not edited here.`,
      'Take another name, or write it by hand (docs/machines.md). Nothing was changed.',
    )
  if ((await machineClients(hub)).some((one) => one.tenantId === tenantId && one.name === name))
    throw new UserError(
      `There is an app client ${tenantId}.${name} already, which the stack file does not name.`,
      `Take it away first: npm run tenant -- machine remove ${tenantId} ${name}. Nothing was changed.`,
    )
  return await orUndone(async (onFailure) => {
    await store?.make(onFailure)
    const made = await createMachineClient(hub, tenantId, name)
    onFailure(`the app client ${made.clientId}`, () => deleteMachineClient(hub, made.clientId))
    await store?.write(JSON.stringify(variablesOf(made, hub)))
    try {
      writeFileSync(file, written(made.clientId) ?? before)
    } catch (cause) {
      throw new UserError(`${basename(file)} cannot be written.`, undefined, { cause })
    }
    return { ...made, stack, file: basename(file) }
  })
}

/**
 * Gives an app client a second secret.
 * @param store where it is written; if the store does not have the secret, it is created
 * @throws UserError; nothing is changed then
 */
export async function rotateMachine(hub: Hub, machine: Machine, store?: SecretStore): Promise<NewSecret> {
  const clientId = await clientOf(hub, machine)
  return await orUndone(async (onFailure) => {
    if (store && !(await store.writable())) await store.make(onFailure)
    const added = await addMachineSecret(hub, clientId)
    onFailure(`the second secret of the app client ${clientId}`, () => withdrawSecret(hub, added))
    await store?.write(JSON.stringify(variablesOf(added, hub)))
    return added
  })
}

/** The values that a machine needs to get tokens, under the names that docs/machines.md uses. */
function variablesOf({ clientId, secret }: NewSecret, { userPoolDomain }: Pick<Hub, 'userPoolDomain'>) {
  const tokenUrl = userPoolDomain === undefined ? undefined : `https://${userPoolDomain}/oauth2/token`
  return { ...(tokenUrl && { TOKEN_URL: tokenUrl }), CLIENT_ID: clientId, CLIENT_SECRET: secret }
}

/**
 * Prints the values that the machine needs on standard output, so that they can be piped into a secret store; without the secret if it is in a
 * store already.
 */
function handOver(made: NewSecret, hub: Hub, { json }: Arguments['values'], store: SecretStore | undefined): void {
  const { CLIENT_SECRET: secret, ...known } = variablesOf(made, hub)
  const variables = { ...known, ...(!store && { CLIENT_SECRET: secret }) }
  process.stdout.write(
    json === true
      ? `${JSON.stringify(variables)}\n`
      : Object.entries(variables)
          .map(([variable, value]) => `${variable}=${value}\n`)
          .join(''),
  )
  if (store) process.stderr.write(`CLIENT_SECRET is in ${store.where}, with the values above, and nowhere else.\n`)
}

export const machineAdd: Verb = {
  name: 'tenant machine add',
  usage: 'TENANT NAME',
  summary: 'Gives a machine a client id and a secret (Cognito client credentials).',
  details: [
    "For machines that have no identity of their own: an AWS role, a GitHub job or an Entra identity needs no secret (docs/machines.md). Makes an app client of the hub's",
    `user pool and writes its id into the tenant's stack file; pulumi up makes the path /TENANT.NAME. App clients cost ${CLIENT_PRICES}.`,
    ...ONCE,
  ].join('\n'),
  positionals: [0, 2],
  options: {
    ...SECRET_OPTIONS,
    policy: { type: 'boolean', help: 'prints the policy of the role of --secrets-manager, and makes nothing' },
  },
  async run({ values, positionals }) {
    if (values.policy === true) {
      process.stdout.write(`${JSON.stringify(machineSecretsPolicy(), null, 2)}\n`)
      return 0
    }
    const [tenantId, name] = [tenantIdOf(positionals[0]), nameOf(positionals[1])]
    return await withHub(values, async (hub) => {
      const store = await storeOf(values, tenantId, name)
      const made = await addMachine(hub, { tenantId, name }, store)
      handOver(made, hub, values, store)
      process.stderr.write(
        `${tenantId}.${name} is an app client on ${hub.where}, and ${made.file} names it. It is let in after: ${hub.deployCommand} ${made.stack}\n`,
      )
      return 0
    })
  },
}

async function clientOf(hub: Hub, { tenantId, name }: Machine): Promise<string> {
  const client = (await machineClients(hub)).find((one) => one.tenantId === tenantId && one.name === name)
  if (client) return client.clientId
  throw new UserError(
    `There is no app client ${tenantId}.${name}${hub.where === undefined ? '' : ` on ${hub.where}`}.`,
    `npm run tenant -- machine list ${tenantId} shows which there are.`,
  )
}

export const machineRotate: Verb = {
  name: 'tenant machine rotate',
  usage: 'TENANT NAME',
  summary: "Gives a machine's app client a second secret; --finish deletes the first.",
  details: ['Both secrets work in between, so that nothing stops. No deployment is needed.', ...ONCE].join('\n'),
  positionals: [2, 2],
  options: { ...SECRET_OPTIONS, finish: { type: 'boolean', help: 'delete the older of two secrets' } },
  run: ({ values, positionals }) =>
    withHub(values, async (hub) => {
      const [tenantId, name] = [tenantIdOf(positionals[0]), nameOf(positionals[1])]
      if (values.finish === true) {
        await endOlderSecret(hub, await clientOf(hub, { tenantId, name }))
        process.stderr.write(`${tenantId}.${name} has one secret on ${hub.where}: the newer one.\n`)
        return 0
      }
      const store = await storeOf(values, tenantId, name)
      handOver(await rotateMachine(hub, { tenantId, name }, store), hub, values, store)
      process.stderr.write(
        `${tenantId}.${name} has two secrets on ${hub.where}. Once every process has this one: npm run tenant -- machine rotate ${tenantId} ${name} --finish\n`,
      )
      return 0
    }),
}

/**
 * @param store is emptied first; if AWS refuses that, nothing was changed
 * @returns a text that says what was removed
 */
export async function removeMachine(
  hub: Pick<HubAccess, 'cognito' | 'userPoolId'>,
  { tenantId, name, directory = PROJECT_DIRECTORY }: Machine,
  store?: SecretStore,
): Promise<readonly string[]> {
  await store?.remove()
  const clients = (await machineClients(hub)).filter((one) => one.tenantId === tenantId && one.name === name)
  for (const { clientId } of clients) await deleteMachineClient(hub, clientId)
  const file = stackFile(stackOf(tenantId, directory), directory)
  const text =
    file === undefined
      ? undefined
      : withoutMachine(readFileSync(file, 'utf8'), { project: projectName(directory), name })
  if (file !== undefined && text !== undefined) writeFileSync(file, text)
  return [
    ...(store ? [store.where] : []),
    ...clients.map(({ clientId }) => `the app client ${clientId}`),
    ...(file !== undefined && text !== undefined ? [`its entry in ${basename(file)}`] : []),
  ]
}

export const machineRemove: Verb = {
  name: 'tenant machine remove',
  usage: 'TENANT NAME',
  summary: 'Removes a machine: its app client, and its entry in the stack file.',
  details: [
    'From then on it gets no tokens. Tokens that were issued before are good for an hour, or until pulumi up has removed its path; to refuse them within',
    'ten seconds, block it first: npm run tenant -- machine block TENANT NAME. With --secrets-manager its secret there is deleted too, for good.',
  ].join('\n'),
  positionals: [2, 2],
  options: { ...HUB_OPTIONS, ...STORE_OPTIONS, yes: { type: 'boolean', help: 'do not ask' } },
  run: ({ values, positionals }) =>
    withHub(values, async (hub) => {
      const [tenantId, name] = [tenantIdOf(positionals[0]), nameOf(positionals[1])]
      await confirm(`Remove the machine ${tenantId}.${name} from ${hub.where}?`, name, values.yes === true)
      const gone = await removeMachine(hub, { tenantId, name }, await storeOf(values, tenantId, name))
      process.stdout.write(
        gone.length === 0
          ? `There was nothing of ${tenantId}.${name}.\n`
          : `Removed: ${gone.join(', ')}. To remove its path as well: ${hub.deployCommand} ${stackOf(tenantId)}\n`,
      )
      return 0
    }),
}
