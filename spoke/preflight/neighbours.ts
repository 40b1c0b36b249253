/**
 * Finds the account's other tenants before anything is made, by their roles. Every tenant has a role, with a network or without. The role's tags
 * say what the other tenants have set about sharing (decision 0088), because their stack files may be elsewhere.
 */
import * as aws from '@pulumi/aws'
import { unaskedBecause } from '../../shared/aws-sign-in.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { accountLogGroupPrefix, HELD_TAG, SHARED_ACCOUNT_TAG, tenantRoleName } from '../../shared/naming.ts'
import { setCommand } from '../../shared/settings/commands.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import { HELD, HELD_ONCE, type HeldOnce, type HeldSettings, heldOnce } from '../../shared/shared-account.ts'

/** A tenant in the account, of this hub or another one. The tenant that is deployed is among them after its first deployment. */
export interface InAccount {
  readonly tenantId: string
  /** The trust policy of its role, which names the hub. */
  readonly trust: string
  /** Whether it has set that others may be in the account. */
  readonly shared: boolean
  readonly holds: readonly HeldOnce[]
  /** Its stack, from the role's tag. */
  readonly stack: string
}

/** `unasked` is AWS's error, if the deployer may not list roles. */
export type Neighbours = readonly InAccount[] | { readonly unasked: string }

/** @param provider of the tenant's account */
export async function readNeighbours(provider: aws.Provider): Promise<Neighbours> {
  try {
    const { names } = await aws.iam.getRoles({ nameRegex: `^${tenantRoleName('')}`, pathPrefix: '/' }, { provider })
    return await Promise.all(
      names.map(async (name) => {
        const { assumeRolePolicy, tags } = await aws.iam.getRole({ name }, { provider })
        return inAccountOf(name, assumeRolePolicy, tags)
      }),
    )
  } catch (error) {
    const refused = unaskedBecause(error)
    if (refused) return refused
    throw error
  }
}

/** A tenant, from its role's name, trust policy and tags. */
export function inAccountOf(name: string, trust: string, tags: Readonly<Record<string, string>>): InAccount {
  const tenantId = name.slice(tenantRoleName('').length)
  const held = (tags[HELD_TAG] ?? '').split(' ')
  return {
    tenantId,
    trust,
    shared: tags[SHARED_ACCOUNT_TAG.key] === SHARED_ACCOUNT_TAG.value,
    holds: HELD_ONCE.filter((one) => held.includes(one)),
    stack: tags.stack ?? `spoke-${tenantId}`,
  }
}

type Wanted = Pick<SpokeSettings, 'tenantId' | 'account' | 'sharedAccount' | keyof HeldSettings>

/**
 * Compares a tenant with the others in its account. A tenant of another hub is reported and not refused, because it may be moving between cells
 * (docs/operations.md).
 * @returns messages for the operator
 * @throws Error that names the tenants in the account, or the tenant that has what an account can have only once
 */
export function checkNeighbours(
  wanted: Wanted,
  hub: Pick<HubOutputs, 'account'>,
  found: Neighbours,
): readonly string[] {
  const { tenantId, account, sharedAccount } = wanted
  if ('unasked' in found) return unasked(wanted, found.unasked)
  const others = found.filter((one) => one.tenantId !== tenantId)
  const ofHub = others.filter(({ trust }) => trust.includes(`arn:aws:iam::${hub.account}:`))
  const elsewhere = others.filter((one) => !ofHub.includes(one))
  const mistakes = [
    ...(ofHub.length > 0 && !sharedAccount
      ? [
          `Account ${account} has ${namesOf(ofHub)} already. A tenant's quotas, policies and bill are its own only in an account of its own: set ` +
            `another account for ${tenantId}. If they are to share it, each of them sets sharedAccount to true (what is lost: docs/variants.md).`,
        ]
      : []),
    ...(sharedAccount ? ofHub.filter(({ shared }) => !shared).map((one) => silent(account, one)) : []),
    ...heldOnce(wanted).flatMap((held) =>
      (HELD[held].once === 'in all' ? others : ofHub)
        .filter(({ holds }) => holds.includes(held))
        .map(
          (one) =>
            `${tenantId} has ${HELD[held].setting}, and ${one.tenantId} has it in account ${account} already: ${HELD[held].why}`,
        ),
    ),
  ]
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
  return [
    ...(elsewhere.length > 0
      ? [
          `Account ${account} also has ${namesOf(elsewhere)}, of another hub: while they are in it, quotas and bill are shared.`,
        ]
      : []),
    ...(ofHub.length > 0 ? ofInvocationLog(wanted, ofHub, found) : []),
  ]
}

/** The invocation log records the prompts of all tenants, whichever of them turned it on. */
function ofInvocationLog(wanted: Wanted, others: readonly InAccount[], found: readonly InAccount[]): readonly string[] {
  const { tenantId, account, modelInvocationLogging } = wanted
  const holds = (one: InAccount) => one.holds.includes('invocation-log')
  const group = (tenant: string) => `${accountLogGroupPrefix(tenant)}invocations-…`
  if (modelInvocationLogging)
    return [
      `The invocation log of ${tenantId} (${group(tenantId)}) has the prompts and answers of ${namesOf(others)} too: Bedrock keeps one for account ${account}.`,
    ]
  if (found.some((one) => one.tenantId === tenantId && holds(one)))
    return [
      `${tenantId} gives up the invocation log of account ${account}: nothing more is recorded of ${namesOf(others)} either. One of them may ` +
        'set modelInvocationLogging to true afterwards.',
    ]
  return others
    .filter(holds)
    .map(
      (one) =>
        `Prompts and answers of ${tenantId} are recorded in the invocation log of ${one.tenantId} (${group(one.tenantId)}).`,
    )
}

const silent = (account: string, { tenantId, stack }: InAccount) =>
  `${tenantId} is in account ${account} and has not said that others may be. First: ${setCommand(stack, 'sharedAccount', 'true')} && pulumi up ` +
  `-s ${stack}, or set another account.`

function unasked({ tenantId, account, sharedAccount }: Wanted, words: string): readonly string[] {
  const said =
    `Whether account ${account} of ${tenantId} has other tenants was not checked: its deployer needs iam:ListRoles and iam:GetRole ` +
    `(docs/deployers.md). AWS said: ${words}`
  if (sharedAccount) throw new Error(said)
  return [said]
}

const namesOf = (tenants: readonly InAccount[]) =>
  `the tenant${tenants.length === 1 ? '' : 's'} ${tenants.map(({ tenantId }) => tenantId).join(', ')}`
