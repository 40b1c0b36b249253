/** `doctor --deployed --with-test-tenant`: reads flags, credentials and Pulumi's backend. */
import { type HubAccess, withHub } from '../../hub/hub-access.ts'
import { openBackend } from '../../pulumi/backend.ts'
import { confirm } from '../../terminal/confirm.ts'
import { type Arguments, UserError } from '../../verb.ts'
import { QUESTIONS } from '../deployed/questions.ts'
import type { DeployedRow } from '../deployed/run.ts'
import { open } from '../gather.ts'
import type { Examined } from '../run.ts'
import { createPerson, overTheNetwork, type Person } from './person.ts'
import { tryTenant } from './run.ts'
import { createTestStack } from './stack.ts'
import { TEST_STACK, TEST_TENANT, testTenant } from './stack-file.ts'

export interface AskOptions {
  readonly values: Arguments['values']
  readonly examined: Examined
  /** Name of the read-only role; the test tenant's account must have it too. */
  readonly role: string
  readonly show?: (row: DeployedRow) => void
}

/** @throws UserError before anything is changed: if flags are missing, if there is no Pulumi CLI, or if nobody confirms */
export async function askWithTestTenant({ values, examined, role, show }: AskOptions): Promise<readonly DeployedRow[]> {
  const aws = values.aws === true
  const { hub } = examined.world
  if (!hub)
    throw new UserError("The hub's stack file is not here.", 'Copy it here: the test tenant is one of its tenants.')
  const tenant = testTenant(values, hub.stack, hub.project)
  const backend = await openBackend({ aws })
  const account = String(values['with-test-tenant'])
  process.stderr.write(
    `This deploys ${TEST_TENANT} into account ${account} and behind the hub of account ${hub.account}, asks, and destroys it: half an hour to an hour on AWS. ${tenant.costs}\n`,
  )
  await confirm(`Deploy a test tenant into ${account}?`, account, values.yes === true)
  return await withHub({ aws, ...(aws && { 'hub-stack': hub.stack }) }, async (access) => {
    const stack = await createTestStack({ project: hub.project, tenant, open: () => backend.create(TEST_STACK) })
    // Now that it has a stack file, the test tenant is one of the hub's tenants.
    const { world, takeCalls } = await open({ aws, role, stack: TEST_STACK })
    const [subject] = world.tenants.filter((one) => one.stack === TEST_STACK)
    if (!subject) throw new Error(`${TEST_STACK} is not read`)
    let interrupted = false
    const note = () => {
      interrupted = true
      process.stderr.write('Interrupted: nothing more is asked, and the test tenant is destroyed. Wait for it.\n')
    }
    process.on('SIGINT', note)
    try {
      return await tryTenant({
        questions: QUESTIONS,
        world: { ...world, tenants: [...examined.world.tenants, subject] },
        tenant: subject,
        hub: access,
        stack,
        createPerson: () => personOf(access),
        takeCalls,
        isInterrupted: () => interrupted,
        ...(show && { show }),
      })
    } finally {
      process.removeListener('SIGINT', note)
    }
  })
}

async function personOf(access: HubAccess): Promise<Person> {
  const { signIn, identity } = access
  if (identity)
    throw new UserError(
      `People sign in at ${identity.issuer}, which makes no users for this command.`,
      'Ask as one of its people, without --with-test-tenant.',
    )
  if (!signIn) throw new UserError('The hub has no address yet.', 'Deploy it, and ask again.')
  const { gatewayUrl, userPoolClientId: clientId } = signIn
  const gatewayOf = overTheNetwork(gatewayUrl, TEST_TENANT)
  return await createPerson({ hub: access, clientId, tenantId: TEST_TENANT, gatewayOf })
}
