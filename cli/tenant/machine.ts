/** Lists a tenant's machines, and blocks one whose token was stolen. */

import { HUB_OPTIONS, type HubAccess, withHub } from '../hub/hub-access.ts'
import { machineClients } from '../hub/machine-clients.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'
import { block, machinesOf, unblock } from './blocked-callers.ts'
import { tenantIdOf } from './id.ts'
import { SEEN_WITHIN_SECONDS } from './items.ts'
import { CLIENT_PRICES } from './machine-client.ts'
import { textTable } from './text-table.ts'

/** How long a machine stays blocked: as long as the longest-lived tokens of docs/machines.md (Entra's managed identities). */
const DEFAULT_HOURS = 24

export const machineList: Verb = {
  name: 'tenant machine list',
  usage: 'TENANT',
  summary: "Lists a tenant's machines: their paths, and the issuers of their tokens.",
  details: "As they are deployed: the setting machineIssuers of the tenant's stack (docs/machines.md).",
  positionals: [1, 1],
  options: HUB_OPTIONS,
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    await withHub(values, async (hub) => {
      const machines = Object.entries(await machinesOf(hub, tenantId))
      const rows = machines.map(([name, { issuer, audience = '', claims }]) => [
        `/${tenantId}.${name}/`,
        issuer,
        audience,
        Object.entries(claims)
          .map(([claim, value]) => `${claim}=${value}`)
          .join(' '),
      ])
      process.stdout.write(
        rows.length === 0
          ? `${tenantId} has no machines.\n`
          : textTable(['PATH', 'ISSUER', 'AUDIENCE', 'CLAIMS'], rows),
      )
      const clients = (await machineClients(hub)).filter((one) => one.tenantId === tenantId)
      const unused = clients.filter(({ clientId }) => !machines.some(([, { claims }]) => claims.client_id === clientId))
      process.stdout.write(
        `\nEach machine takes one rule of the load balancer, and so does each tenant. App clients of ${tenantId}: ${clients.length}${clients.length > 0 ? `, ${CLIENT_PRICES}` : ''}.\n`,
      )
      for (const { name, clientId } of unused)
        process.stdout.write(
          `The app client ${clientId} (${tenantId}.${name}) opens nothing yet: deploy the stack file that names it, or npm run tenant -- machine remove ${tenantId} ${name}\n`,
        )
    })
    return 0
  },
}

const OPTIONS = {
  ...HUB_OPTIONS,
  subject: {
    type: 'string',
    placeholder: 'SUB',
    help: 'the claim sub of its tokens, where the settings do not name it',
  },
} as const

async function subjectOf(hub: HubAccess, values: Arguments['values'], tenantId: string, name: string) {
  const machines = await machinesOf(hub, tenantId)
  const machine = Object.hasOwn(machines, name) ? machines[name] : undefined
  if (!machine)
    throw new UserError(
      `${tenantId} has no machine "${name}".`,
      `There are: ${Object.keys(machines).join(', ') || 'none'}.`,
    )
  // In Cognito's access tokens `sub` and `client_id` are both the app client's id.
  const subject =
    values.subject === undefined ? (machine.claims.sub ?? machine.claims.client_id) : String(values.subject)
  if (subject === undefined)
    throw new UserError(
      `The settings of ${tenantId}.${name} do not name the subject of its tokens.`,
      'Name it: --subject, the claim sub of its token.',
    )
  return { issuer: machine.issuer, subject }
}

export const machineBlock: Verb = {
  name: 'tenant machine block',
  usage: 'TENANT NAME',
  summary: 'Refuses the tokens of a machine, also those that were issued before.',
  details: [
    `An entry of the tenant's deny list, by issuer and subject, obeyed within ${SEEN_WITHIN_SECONDS} seconds. It is one lock, in the gateway's program:`,
    'the load balancer knows no such lists. It ends by itself: take the machine out of machineIssuers, or its right to tokens away, meanwhile.',
  ].join('\n'),
  positionals: [2, 2],
  options: {
    ...OPTIONS,
    hours: { type: 'string', placeholder: 'N', help: `until its tokens have ended (${DEFAULT_HOURS})` },
  },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    const name = positionals[1] ?? ''
    const hours = Number(values.hours ?? DEFAULT_HOURS)
    if (!(hours > 0 && hours <= 8_784))
      throw new UserError(`"${values.hours}" is no number of hours.`, 'More than 0, at most 8784.')
    await withHub(values, async (hub) => {
      const now = new Date()
      const caller = await subjectOf(hub, values, tenantId, name)
      const until = Math.ceil(now.getTime() / 1000 + hours * 3600)
      await block(hub, tenantId, { ...caller, until }, now)
      process.stdout.write(
        `${tenantId}.${name} is blocked on ${hub.where} until ${new Date(until * 1000).toISOString()}: within ${SEEN_WITHIN_SECONDS} seconds its requests are answered 403 caller_blocked.\n`,
      )
    })
    return 0
  },
}

export const machineUnblock: Verb = {
  name: 'tenant machine unblock',
  usage: 'TENANT NAME',
  summary: 'Removes a machine from the deny list before its entry ends.',
  details: '',
  positionals: [2, 2],
  options: OPTIONS,
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    const name = positionals[1] ?? ''
    await withHub(values, async (hub) => {
      const { issuer, subject } = await subjectOf(hub, values, tenantId, name)
      const was = await unblock(hub, tenantId, issuer, subject)
      process.stdout.write(
        was
          ? `${tenantId}.${name} is let in again on ${hub.where}, within ${SEEN_WITHIN_SECONDS} seconds.\n`
          : `${tenantId}.${name} was not blocked.\n`,
      )
    })
    return 0
  },
}
