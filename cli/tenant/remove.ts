import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { GUARDRAIL_ROLE } from '../../shared/policies/guardrail-enforcement.ts'
import { machineSecretName } from '../../shared/policies/machine-secrets.ts'
import { HELD } from '../../shared/shared-account.ts'
import type { Tenancy } from '../../shared/tenants-together.ts'
import { destroyInRunning } from '../demo/stacks.ts'
import { HUB_OPTIONS, type HubAccess, isOfHub, withHub } from '../hub/hub-access.ts'
import { deleteMachineClient, machineClients } from '../hub/machine-clients.ts'
import { findRunning } from '../local/running.ts'
import { type Backend, openBackend, progress, resourcesOf, toItsEnd } from '../pulumi/backend.ts'
import { stackFile } from '../pulumi/stack-files.ts'
import { confirm } from '../terminal/confirm.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'
import { refuseEnforced } from './guardrail.ts'
import { tenantIdOf } from './id.ts'
import { livingTenants, setStatus } from './items.ts'
import { readStackFiles, stackOf } from './stack-files.ts'
import { disableUsers, usersOf } from './users.ts'

export const remove: Verb = {
  name: 'tenant remove',
  usage: 'TENANT',
  summary: 'Removes a tenant: its users, its stack, its stack file, in this order.',
  details: [
    "1. the tenant is suspended, its users are signed out and disabled, and its machines' app clients are deleted, so that nobody calls while",
    '   it goes;',
    '2. pulumi destroy of its stack: its account part and its ingress through the hub, with its item and its group of users;',
    '3. the stack and its file are removed.',
    'Stops at the first step that fails; run it again to go on. The hub and the other tenants are not touched.',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    ...HUB_OPTIONS,
    'delete-users': { type: 'boolean', help: 'delete its users instead of disabling them' },
    yes: { type: 'boolean', help: 'do not ask' },
  },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    const aws = values.aws === true
    requireItsHub(tenantId, values)
    await withHub(values, async (hub) => {
      // `npm start` deploys in its own process, so there is no stack that pulumi could destroy.
      const inProcess = !aws && (await findRunning())?.verb === 'start'
      const left = await refuseEnforced(tenantId, hub, { aws, role: GUARDRAIL_ROLE })
      const backend = inProcess ? undefined : await openBackend({ aws })
      const removal = await plan(tenantId, hub, backend, { erase: values['delete-users'] === true, left })
      process.stdout.write(removal.text)
      await confirm(`Remove ${tenantId} from ${hub.where}?`, tenantId, values.yes === true)
      await removal.run()
    })
    return 0
  },
}

/** Refuses another hub than the tenant's own, in which the tenant's users could not be found and disabled. */
function requireItsHub(tenantId: string, values: Arguments['values']): void {
  const name = stackOf(tenantId)
  const file = readStackFiles().spokes.find(({ stack }) => stack === name)
  if (!file || isOfHub(file.tenancy.hubStack, values) !== false) return
  throw new UserError(
    `${tenantId} is a tenant of ${file.tenancy.hubStack}.`,
    `Say so: --hub-stack ${file.tenancy.hubStack.split('/').at(-1)}. Nothing was changed.`,
  )
}

interface Removal {
  readonly erase: boolean
  /** Lines about what the tenant's account may keep. */
  readonly left: readonly string[]
}

async function plan(tenantId: string, hub: HubAccess, backend: Backend | undefined, { erase, left }: Removal) {
  const name = stackOf(tenantId)
  const file = stackFile(name)
  const fileName = file === undefined ? `Pulumi.${name}.yaml` : basename(file)
  const users = await usersOf(hub, tenantId)
  const clients = (await machineClients(hub)).filter((one) => one.tenantId === tenantId)
  const living = (await livingTenants(hub)).some((tenant) => tenant.tenantId === tenantId)
  const stack = await backend?.find(name)
  const resources = stack ? await resourcesOf(stack) : []
  if (users.length === 0 && !stack && file === undefined)
    throw new UserError(`There is nothing of ${tenantId}: no users, no stack, no file.`, 'See: npm run tenant -- list')
  if (living && backend && resources.length === 0)
    throw new UserError(
      `${tenantId} is deployed in this hub, but its stack ${name} is not in this backend: it was deployed from elsewhere.`,
      `Remove it there. To turn it away meanwhile: npm run tenant -- suspend ${tenantId}. Nothing was changed.`,
    )
  const retained = resources.filter((resource) => resource.retained)
  const spokes = readStackFiles().spokes.map(({ tenancy }) => tenancy)
  const text = [
    `Removing ${tenantId}, in this order:`,
    `  1. ${living ? 'it is suspended, and ' : ''}${users.length} of its users are signed out and ${erase ? 'deleted' : 'disabled'}${clients.length > 0 ? `; ${clients.length} app clients of its machines are deleted` : ''}`,
    stack
      ? `  2. pulumi destroy -s ${name}: ${resources.length - retained.length} resources`
      : `  2. ${backend || !living ? `there is no stack ${name} ${backend ? 'in the backend' : 'in the local cloud'}` : `its stack is destroyed in the local cloud that npm start serves`}`,
    `  3. ${fileName}${stack ? ' and the stack are' : ' is'} removed`,
    ...neighboursLose(tenantId, spokes),
    'What survives:',
    ...(erase || users.length === 0
      ? []
      : [
          '  - its users, disabled: they belong to no group any more, and a new tenant with the same id does not admit them',
        ]),
    ...retained.map((resource) => `  - ${resource.name} (${resource.type}), which is kept when the stack goes`),
    ...left,
    ...(clients.length > 0
      ? [
          `  - secrets ${machineSecretName(tenantId, '…')} in Secrets Manager of its account, if machines were added with --secrets-manager: they open nothing any more`,
        ]
      : []),
    ...providersStay(tenantId, hub.federatedProviders),
    "  - the audit trail, the load balancer's logs of its requests, and 35 days of the table's history",
    '  - for 30 minutes at most, ID tokens that were issued before: they are refused. Wait that long before you use the id again.',
    '',
  ].join('\n')
  async function run(): Promise<void> {
    // Tokens that were issued before stay valid for half an hour, and would be accepted until the stack is destroyed.
    if (living) await setStatus(hub, tenantId, 'suspended', new Date())
    await disableUsers(hub, users, { erase })
    for (const { clientId } of clients) await deleteMachineClient(hub, clientId)
    process.stdout.write(`1. ${users.length} users ${erase ? 'deleted' : 'disabled'}\n`)
    if (stack) {
      await toItsEnd(
        `The destroy of ${name}`,
        stack,
        () => stack.destroy(progress),
        `It is suspended and its users are disabled. Put right what stopped it, then run this again: it goes on where it stopped.`,
      )
      await stack.workspace.removeStack(name)
      process.stdout.write(`2. ${name} destroyed\n`)
    } else if (!backend && living) {
      await destroyInRunning(name)
      process.stdout.write(`2. ${name} destroyed\n`)
    }
    if (file !== undefined) rmSync(file, { force: true })
    process.stdout.write(`3. ${fileName} removed\n`)
  }
  return { text, run }
}

/** A provider that the hub assigns to the tenant belongs to the hub's stack, and would let its people sign in to the next tenant with the id. */
export const providersStay = (tenantId: string, providers: HubAccess['federatedProviders'] = {}): readonly string[] =>
  Object.entries(providers)
    .filter(([, tenant]) => tenant === tenantId)
    .map(
      ([name]) =>
        `  - ${name} in the hub's federatedProviders, whose people would be let in to a new ${tenantId}: take it out and deploy the hub before you use the id again`,
    )

/** What an account can have only once is deleted with the tenant that has it; a neighbour may then configure its own. */
export function neighboursLose(tenantId: string, tenancies: readonly Tenancy[]): readonly string[] {
  const own = tenancies.find((one) => one.tenantId === tenantId)
  const neighbours = tenancies.filter(({ account, tenantId: id }) => account === own?.account && id !== tenantId)
  if (!own?.account || neighbours.length === 0) return []
  const names = neighbours.map((one) => one.tenantId ?? one.stack).join(', ')
  return (own.holds ?? []).map(
    (held) =>
      `What ${names} in account ${own.account} lose by it: the account's ${HELD[held].setting}. One of them may set it to true afterwards.`,
  )
}
