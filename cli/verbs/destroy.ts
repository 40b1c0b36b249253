import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stack } from '@pulumi/pulumi/automation/index.js'
import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import { leftLogs, leftLogsText } from '../hub/left-logs.ts'
import { type Backend, openBackend, progress, resourcesOf, type StateResource, toItsEnd } from '../pulumi/backend.ts'
import { PROJECT_DIRECTORY, stackFile } from '../pulumi/stack-files.ts'
import { type LivingTenant, livingTenants, setStatus } from '../tenant/items.ts'
import { readStackFiles, type StackFiles } from '../tenant/stack-files.ts'
import { disableUsers, usersOf } from '../tenant/users.ts'
import { confirm } from '../terminal/confirm.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

export const destroy: Verb = {
  name: 'destroy',
  usage: '',
  summary: 'Cleans up: looks for living tenants, previews, asks once, destroys the tenants and then the hub.',
  details: [
    'A hub with protected data (users, tenants, access logs) is not destroyed: its tenants are, and it is said what remains and',
    'why. With --delete-data the protections are lifted first, by an up of the hub with deletionProtection false.',
    'Works on the stacks of the local cloud (npm run local) by default, and on AWS with --aws.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    ...HUB_OPTIONS,
    'delete-data': { type: 'boolean', help: 'lift the protections: users, tenants and logs are deleted with the hub' },
    yes: { type: 'boolean', help: 'do not ask' },
  },
  async run({ values }) {
    const hubName = values['hub-stack'] === undefined ? 'hub' : String(values['hub-stack'])
    const backend = await openBackend({ aws: values.aws === true })
    const cleanup = await look(hubName, backend, values)
    if (!cleanup) {
      process.stdout.write(`There is nothing to destroy: stack ${hubName} is empty.\n`)
      return 0
    }
    process.stdout.write(planText(cleanup))
    await previews(cleanup)
    await confirm('Destroy all of this?', 'destroy', values.yes === true)
    const retained = await run(cleanup, values)
    process.stdout.write(await remains(cleanup, retained, values.aws === true))
    return 0
  },
}

interface StackOfTenant {
  readonly tenantId: string
  readonly stack: Stack
  readonly resources: readonly StateResource[]
}

interface Cleanup {
  readonly hub: Stack
  readonly hubResources: readonly StateResource[]
  readonly tenants: readonly StackOfTenant[]
  /** Ids of the tenants that still accept requests. */
  readonly living: readonly string[]
  readonly protectedData: readonly StateResource[]
  readonly deleteData: boolean
}

/** @throws UserError if a tenant in the hub was deployed from elsewhere, so that this command cannot destroy its stack */
async function look(hubName: string, backend: Backend, values: Arguments['values']): Promise<Cleanup | undefined> {
  const hub = await backend.find(hubName)
  const hubResources = hub ? await resourcesOf(hub) : []
  if (!hub || hubResources.length === 0) return undefined
  const files = readStackFiles()
  if (files.mistakes.length > 0)
    throw new UserError(files.mistakes.join('\n'), 'Correct it first: which tenants there are is read from the files.')
  const tenants = await tenantsOf(files, hubName, backend)
  const living = mayHaveTenants(hubResources) ? await livingIn(values) : []
  const elsewhere = living.filter(({ tenantId }) => !tenants.some((tenant) => tenant.tenantId === tenantId))
  if (elsewhere.length > 0)
    throw new UserError(
      `Tenants live in the hub that have no stack here: ${elsewhere.map(({ tenantId, account }) => `${tenantId} (${account})`).join(', ')}.`,
      'Destroy them where they were deployed from first: pulumi destroy -s spoke-TENANT. Nothing was changed.',
    )
  return {
    hub,
    hubResources,
    tenants,
    living: living.map(({ tenantId }) => tenantId),
    protectedData: hubResources.filter((resource) => resource.protected),
    deleteData: values['delete-data'] === true,
  }
}

/** Whether the hub is complete. The boundary of the tenants' roles is made last and destroyed first, so an incomplete hub lacks it. */
const mayHaveTenants = (hub: readonly StateResource[]) => hub.some(({ name }) => name === 'destroy-tenants-first')

const livingIn = (values: Arguments['values']): Promise<readonly LivingTenant[]> => withHub(values, livingTenants)

async function tenantsOf(files: StackFiles, hubName: string, backend: Backend): Promise<readonly StackOfTenant[]> {
  const tenants: StackOfTenant[] = []
  for (const { stack: name, tenancy } of files.spokes) {
    if (tenancy.hubStack.split('/').at(-1) !== hubName) continue
    const stack = await backend.find(name)
    const resources = stack ? await resourcesOf(stack) : []
    if (stack && resources.length > 0) tenants.push({ tenantId: tenancy.tenantId ?? name, stack, resources })
  }
  return tenants
}

const hubGoes = ({ deleteData, protectedData }: Cleanup) => deleteData || protectedData.length === 0

function planText(cleanup: Cleanup): string {
  const { hub, hubResources, tenants, protectedData } = cleanup
  const data = protectedData.map(({ name, type }) => `  - ${name} (${type})`)
  return [
    `Living tenants: ${tenants.length === 0 ? 'none' : tenants.map(({ tenantId }) => tenantId).join(', ')}`,
    'In this order:',
    ...tenants.map(({ stack, resources }) => `  pulumi destroy -s ${stack.name}: ${resources.length} resources`),
    ...(hubGoes(cleanup)
      ? [`  pulumi destroy -s ${hub.name}: ${hubResources.length} resources`]
      : [`The hub stays, whole: it holds protected data.`, ...data, 'To delete it as well: --delete-data']),
    ...(hubGoes(cleanup) && data.length > 0
      ? ['Its protection is lifted first, and this is deleted for good:', ...data]
      : []),
    '',
  ].join('\n')
}

async function previews(cleanup: Cleanup): Promise<void> {
  const previewOf = (stack: Stack) =>
    toItsEnd(
      `The preview of ${stack.name}`,
      stack,
      () => stack.destroy({ ...progress, previewOnly: true }),
      'Nothing was changed.',
    )
  for (const { stack } of cleanup.tenants) await previewOf(stack)
  // Protected resources are listed above; a preview of their destruction would fail.
  if (hubGoes(cleanup) && cleanup.protectedData.length === 0) {
    // Its tenants still exist in this preview, which does not ask AWS.
    await previewOf(cleanup.hub)
  }
}

/** @returns the resources that remained in the accounts when the stacks were destroyed */
async function run(cleanup: Cleanup, values: Arguments['values']): Promise<readonly StateResource[]> {
  if (cleanup.tenants.length > 0) await turnAway(cleanup, values)
  if (cleanup.deleteData) await unprotect(cleanup)
  const retained: StateResource[] = []
  for (const { stack } of cleanup.tenants) retained.push(...(await destroyed(stack)))
  if (hubGoes(cleanup)) retained.push(...(await destroyed(cleanup.hub)))
  return retained
}

/** Disables the users first, as `tenant remove` does, so that nobody calls while tenants are destroyed. */
async function turnAway({ tenants, living }: Cleanup, values: Arguments['values']): Promise<void> {
  await withHub(values, async (access) => {
    for (const tenantId of living) await setStatus(access, tenantId, 'suspended', new Date())
    for (const { tenantId } of tenants) await disableUsers(access, await usersOf(access, tenantId))
  })
}

const AGAIN =
  'Put right what stopped it, then run this again: it goes on where it stopped. Tenants that are still there are suspended until then, and their users disabled.'

/** @returns the resources that remained in the account */
async function destroyed(stack: Stack): Promise<readonly StateResource[]> {
  const retained = (await resourcesOf(stack)).filter((resource) => resource.retained)
  await toItsEnd(`The destroy of ${stack.name}`, stack, () => stack.destroy(progress), AGAIN)
  return retained
}

/**
 * Destroys tenants before their hub. An `up` with a changed setting writes the stack file, so its former contents are restored for the next hub
 * that is made from it.
 */
async function unprotect({ hub, hubResources, tenants }: Cleanup): Promise<void> {
  const held = (resources: readonly StateResource[]) => resources.some((one) => one.protected || one.retained)
  if (!held(hubResources) && !tenants.some(({ resources }) => held(resources))) return
  const file = stackFile(hub.name) ?? join(PROJECT_DIRECTORY, `Pulumi.${hub.name}.yaml`)
  const text = readFileSync(file, 'utf8')
  const lift = async () => {
    try {
      await hub.setConfig('deletionProtection', { value: 'false' })
      await hub.up(progress)
    } finally {
      writeFileSync(file, text)
    }
  }
  await toItsEnd(`The up of ${hub.name}`, hub, lift, AGAIN)
  for (const { stack, resources } of tenants)
    if (held(resources)) await toItsEnd(`The up of ${stack.name}`, stack, () => stack.up(progress), AGAIN)
}

async function remains(cleanup: Cleanup, retained: readonly StateResource[], aws: boolean): Promise<string> {
  const { hub, tenants, protectedData } = cleanup
  const gone = [...tenants.map(({ stack }) => stack.name), ...(hubGoes(cleanup) ? [hub.name] : [])]
  const left = hubGoes(cleanup) ? [] : await resourcesOf(hub)
  // Log groups of a hub that is not destroyed still belong to it.
  const logs = hubGoes(cleanup) ? leftLogsText(await leftLogs(hub.name, { aws })) : []
  const lines = (resources: readonly StateResource[], why = '') =>
    resources.map(({ name, type }) => `  - ${name} (${type})${why}`)
  return [
    `Destroyed: ${gone.join(', ') || 'nothing'}.`,
    ...(left.length > 0
      ? [
          `What remains: the hub, ${left.length} resources, as it holds protected data:`,
          ...lines(protectedData),
          'npm run genai -- destroy --delete-data deletes them too.',
        ]
      : []),
    ...(retained.length > 0
      ? ['What remains in the accounts:', ...lines(retained, ': kept when its stack goes; delete it by hand')]
      : []),
    ...logs,
    ...(left.length === 0 && retained.length === 0 && logs.length === 0 ? ['Nothing of these stacks remains.'] : []),
    '',
  ].join('\n')
}
