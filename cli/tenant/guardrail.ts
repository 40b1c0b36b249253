/** `tenant guardrail`: whether a tenant's account enforces its guardrail on every call, and the operator's switch for it. */
import type { BedrockClient } from '@aws-sdk/client-bedrock'
import { plainOf } from '../../functions/gateway/dynamodb-json.ts'
import type { Guardrail } from '../../shared/guardrail.ts'
import { isMap } from '../../shared/is-map.ts'
import { enforcementPolicy, GUARDRAIL_ROLE } from '../../shared/policies/guardrail-enforcement.ts'
import { wordsOf } from '../doctor/denied.ts'
import type { OpenOptions } from '../doctor/gather.ts'
import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import { confirm } from '../terminal/confirm.ts'
import { UserError, type Verb } from '../verb.ts'
import { type Enforcement, enforce, enforcementsOf, lift, ownAmong } from './enforcement.ts'
import { tenantIdOf } from './id.ts'
import { type TenantsTable, tenantItems } from './items.ts'
import { type TenantAccount, tenantAccount } from './tenant-account.ts'

export const guardrail: Verb = {
  name: 'tenant guardrail',
  usage: 'TENANT',
  summary: "Shows, sets and lifts the enforcement of a tenant's guardrail on every call of its account.",
  details: [
    'The gateway sets the guardrail on the calls that it makes. --enforce has Bedrock look at every call of the account, whoever makes it, and at all',
    "of it, whatever the caller has marked. That hits the account's other workloads too, so it has to be typed. An enforcement of another guardrail",
    'is never changed. It names a version: lift it before an up with other rules, and enforce it again afterwards. --lift takes it away; do that before `tenant remove`.',
    `The account is asked with the role ${GUARDRAIL_ROLE}, whose policy --policy prints.`,
  ].join('\n'),
  positionals: [0, 1],
  options: {
    ...HUB_OPTIONS,
    enforce: { type: 'boolean', help: "look at every call of the tenant's account" },
    lift: { type: 'boolean', help: 'no longer' },
    role: { type: 'string', placeholder: 'NAME', help: `the role in the tenant's account (default ${GUARDRAIL_ROLE})` },
    policy: { type: 'boolean', help: 'prints the policy of that role, and asks nothing' },
    yes: { type: 'boolean', help: 'do not ask' },
  },
  async run({ values, positionals }) {
    if (values.policy === true) {
      process.stdout.write(`${JSON.stringify(enforcementPolicy(), null, 2)}\n`)
      return 0
    }
    if (values.enforce === true && values.lift === true)
      throw new UserError('--enforce and --lift say two things.', 'Leave one out.')
    const tenantId = tenantIdOf(positionals[0])
    await withHub(values, async (hub) => {
      const wanted = await guardrailOf(hub, tenantId)
      const { account, bedrock, neighbours } = await accountOf(tenantId, {
        aws: values.aws === true,
        role: String(values.role ?? GUARDRAIL_ROLE),
      })
      const own = ownAmong(await enforcementsOf(bedrock), wanted, account)
      if (values.enforce === true) {
        await confirm(
          `Every call of models in account ${account} will be looked at by the guardrail of ${tenantId}, ${neighbours.length > 0 ? `those of ${neighbours.join(', ')} and of other workloads too` : "other workloads' too"}.`,
          account,
          values.yes === true,
        )
        await enforce(bedrock, wanted, own)
        process.stdout.write(`Account ${account} enforces the guardrail of ${tenantId} in version ${wanted.version}.\n`)
        return
      }
      if (values.lift === true && own) await lift(bedrock, own)
      process.stdout.write(`${values.lift === true ? lifted(account, own) : shown(account, own, wanted)}\n`)
    })
    return 0
  },
}

const lifted = (account: string, own: Enforcement | undefined) =>
  own ? `Account ${account} enforces no guardrail any more.` : `Account ${account} enforced none.`

/** Compares what an account enforces with the tenant's guardrail. */
export function shown(account: string, own: Enforcement | undefined, wanted: Guardrail): string {
  if (!own)
    return `Account ${account} enforces no guardrail: only the gateway's calls carry the tenant's, in version ${wanted.version}.`
  const { guardrail: there, honoursMarks } = own
  return [
    `Account ${account} enforces the tenant's guardrail in version ${there.version}`,
    ...(there.version === wanted.version
      ? []
      : [`, and the tenant has version ${wanted.version}: run it again with --enforce`]),
    ...(honoursMarks ? ['; what a caller has marked narrows it: run it again with --enforce'] : []),
    '.',
  ].join('')
}

/**
 * The guardrail that the tenant's gateway has.
 * @throws UserError if the tenant is not deployed, or has none
 */
export async function guardrailOf(
  table: Pick<TenantsTable, 'dynamodb' | 'tableName'>,
  tenantId: string,
): Promise<Guardrail> {
  const { configuration } = await tenantItems(table, tenantId)
  const item = configuration && plainOf(configuration.guardrail)
  if (isMap(item) && typeof item.id === 'string' && typeof item.version === 'string')
    return { id: item.id.slice(item.id.lastIndexOf('/') + 1), version: item.version }
  throw new UserError(
    configuration ? `${tenantId} has no guardrail.` : `${tenantId} is not deployed in this hub.`,
    configuration
      ? 'Set the setting guardrail and deploy the tenant first (docs/governance.md).'
      : 'See: npm run tenant -- list',
  )
}

/** @throws UserError if the tenant has no stack file, or if the account does not let the role be assumed */
export async function accountOf(
  tenantId: string,
  options: OpenOptions,
): Promise<Omit<TenantAccount, 'clients' | 'region'> & { readonly bedrock: BedrockClient }> {
  const { clients, account, neighbours } = await tenantAccount(tenantId, options, 'guardrail --policy')
  return { account, neighbours, bedrock: clients.bedrock }
}

/**
 * Checks that removing a tenant leaves no enforcement behind, which would name a guardrail that is deleted.
 * @returns a line for the list of what remains, if that could not be checked
 * @throws UserError if there is an enforcement
 */
export async function refuseEnforced(
  tenantId: string,
  table: Pick<TenantsTable, 'dynamodb' | 'tableName'>,
  options: OpenOptions,
): Promise<readonly string[]> {
  const again = `npm run tenant -- guardrail ${tenantId} --lift${options.aws ? ' --aws' : ''}`
  const unknown = (why: string) => [
    `  - an enforcement of its guardrail in its account, if there is one, which was not found out (${why}): ${again}`,
  ]
  const wanted = await guardrailOf(table, tenantId).catch(() => undefined)
  if (!wanted) return []
  let all: readonly Enforcement[]
  try {
    all = await enforcementsOf((await accountOf(tenantId, options)).bedrock)
  } catch (error) {
    return unknown(error instanceof UserError ? error.message.replace(/\. Nothing was changed\.$/, '') : wordsOf(error))
  }
  if (all.some(({ guardrail: { id } }) => id === wanted.id))
    throw new UserError(
      `The account of ${tenantId} enforces its guardrail on every call, and would go on when the guardrail is gone.`,
      `First: ${again}. Nothing was changed.`,
    )
  return []
}
