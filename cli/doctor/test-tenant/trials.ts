/** Questions that can be answered only by making, changing or destroying a tenant. */
import { setTimeout } from 'node:timers/promises'
import { createMachineClient, deleteMachineClient, machineClients } from '../../hub/machine-clients.ts'
import { SEEN_WITHIN_SECONDS } from '../../tenant/items.ts'
import { type Answer, failed, notAsked, ok, unclear } from '../check.ts'
import { nameOf } from '../denied.ts'
import { quoted, sayYes } from '../deployed/gateway.ts'
import type { Step, Trial } from '../deployed/question.ts'
import { severalGroups } from '../deployed/read-only-trials.ts'

/** Settings of the tenant that are changed after it has answered, because their effect is an open question. */
export const changesOf = ({ world }: Pick<Trial, 'world'>): Readonly<Record<string, string>> => ({
  guardrail: JSON.stringify({ words: ['a word of the doctor that nobody says'] }),
  ...(world.hub?.settings.endpointService && { gatewayEndpoint: 'true' }),
})

const seconds = ({ seconds: count }: Step) => `after ${Math.round(count)} s`

/** Meanwhile the user is in another tenant's group as well; the claim that the gateway itself compares is not changed. */
export async function inTwoGroups(trial: Trial): Promise<Answer> {
  const { person } = trial
  if (!person) return await severalGroups(trial)
  const others = trial.world.tenants.filter(({ settings }) => settings.tenantId !== trial.tenant?.settings.tenantId)
  for (const { settings } of others) {
    try {
      return await person.alsoIn(settings.tenantId, (gateway) => severalGroups({ ...trial, gateway }))
    } catch (error) {
      // A tenant that is not deployed has no group.
      if (nameOf(error) !== 'ResourceNotFoundException') throw error
    }
  }
  return notAsked('No other tenant is deployed, so there is one group.', 'Deploy a second one, and ask again.')
}

export async function appClientListed({ world, hub, tenant }: Trial): Promise<Answer> {
  if (world.hub?.settings.userPoolDomain === undefined)
    return notAsked('The hub has no userPoolDomain: there are no app clients of machines.', 'Nothing to do.')
  const { clientId } = await createMachineClient(hub, tenant?.settings.tenantId ?? '', 'doctor')
  try {
    const listed = await machineClients(hub)
    const said = `${clientId} was made, and then ${listed.length} of machines listed`
    return listed.some((one) => one.clientId === clientId)
      ? ok(`${said}, it among them`)
      : failed(`${said}, it not among them`, 'Wait for machine list to show it before machine rotate or remove.')
  } finally {
    await deleteMachineClient(hub, clientId)
  }
}

export async function guardrailThroughEndpoint({ steps: { changed }, gateway, tenant }: Trial): Promise<Answer> {
  if (!cameToItsEnd(changed)) return notChanged(changed)
  if (!gateway || !tenant) return notAsked('There is no user of the test tenant.', 'See the first rows.')
  const ask = () => sayYes(gateway, tenant.settings.defaultModel)
  let reply = await ask()
  // Running gateways read the tenant's configuration again within this time; until then they send no guardrail, and the role refuses their
  // calls.
  for (let waited = 0; reply.code === 'model_access_denied' && waited < 3 * SEEN_WITHIN_SECONDS; waited += 1) {
    await setTimeout(1000)
    reply = await ask()
  }
  if (reply.status === 200) return ok(quoted(reply))
  if (reply.code === 'model_access_denied')
    return failed(quoted(reply), 'Leave guardrail out of the tenants’ settings, and report it.')
  return unclear(quoted(reply), 'It ended for another reason; see the audit trail (npm run genai -- audit).')
}

export async function newPermission({ steps: { changed }, world }: Trial): Promise<Answer> {
  if (!world.hub?.settings.endpointService)
    return notAsked('The hub has no endpointService: nobody connects.', 'Nothing to do.')
  if (!cameToItsEnd(changed)) return notChanged(changed)
  return ok(
    `An up with gatewayEndpoint ended ${seconds(changed)}: the endpoint of the account that was just allowed was made`,
  )
}

const cameToItsEnd = (step: Step | undefined): step is Step & { readonly failure?: never } =>
  step !== undefined && step.failure === undefined

const notChanged = (changed: Step | undefined): Answer =>
  notAsked(
    `The second up of the test tenant ${changed ? `failed: ${changed.failure}` : 'was not begun.'}`,
    'Put that right, and ask again.',
  )

/** Both accounts have the attachment in their state, and each of them deletes it. */
export async function secondDeletion({ steps: { gone } }: Trial): Promise<Answer> {
  if (!gone) return notAsked('The test tenant was not destroyed.', 'See the last row.')
  if (gone.failure === undefined)
    return ok(`The destroy of a tenant with an attachment ended ${seconds(gone)}, without an error.`)
  const again =
    'Set attachmentDeletion to owner in the stack file of every tenant, run its up, and report it. What is left of this one: pulumi destroy --refresh.'
  return /attachment|tgw-attach|IncorrectState/i.test(gone.failure)
    ? failed(gone.failure, again)
    : unclear(gone.failure, again)
}

/** The AWS provider waits 45 minutes for them, and then deletes them itself. */
export async function interfacesOfRemoved(trial: Trial): Promise<Answer> {
  const { gone } = trial.steps
  if (!cameToItsEnd(gone))
    return notAsked(`The test tenant was not destroyed${gone ? `: ${gone.failure}` : ''}.`, 'See the last row.')
  return ok(
    `The destroy, which waits for them, ended ${seconds(gone)}. The role of the test tenant was made anew in the same run.`,
  )
}
