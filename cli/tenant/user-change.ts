/** The commands that change an existing user: disable, enable, reset, block, remove. */

import type { BlockedCaller } from '../../shared/tenant.ts'
import { HUB_OPTIONS, type HubAccess, withHub } from '../hub/hub-access.ts'
import { confirm } from '../terminal/confirm.ts'
import { askPassword } from '../terminal/password.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'
import { block, unblock } from './blocked-callers.ts'
import { tenantIdOf } from './id.ts'
import { SEEN_WITHIN_SECONDS } from './items.ts'
import { requireOwnUsers } from './require-user-pool.ts'
import {
  deleteUser,
  disableUsers,
  enableUser,
  type Member,
  memberOf,
  resetPassword,
  resetSecondFactor,
} from './users.ts'

const TOKENS = 'An ID token that was issued before stays valid until it expires, after 30 minutes at most.'

interface Change {
  readonly name: 'disable' | 'enable' | 'block' | 'reset' | 'reset-mfa' | 'remove'
  readonly summary: string
  readonly details: readonly string[]
  readonly options?: Verb['options']
  /** @returns the text to print */
  run(hub: HubAccess, member: Member, values: Arguments['values'], tenantId: string): Promise<string>
  /**
   * What to do for a person of an external provider, who is named by the subject of the tokens.
   * @default refused
   */
  ofProvider?(hub: HubAccess, caller: Pick<BlockedCaller, 'issuer' | 'subject'>, tenantId: string): Promise<string>
}

const verbOf = ({ name, summary, details, options = {}, run, ofProvider }: Change): Verb => ({
  name: `tenant user ${name}`,
  usage: ofProvider ? 'TENANT EMAIL|SUBJECT' : 'TENANT EMAIL',
  summary,
  details: details.join('\n'),
  positionals: [2, 2],
  options: { ...HUB_OPTIONS, ...options },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    await withHub(values, async (hub) => {
      if (hub.identity && ofProvider) {
        const caller = { issuer: hub.identity.issuer, subject: subjectOf(positionals[1]) }
        return void process.stdout.write(`${await ofProvider(hub, caller, tenantId)}\n`)
      }
      requireOwnUsers(hub, name)
      const member = await memberOf(hub, tenantId, positionals[1] ?? '')
      process.stdout.write(`${await run(hub, member, values, tenantId)}\n`)
    })
    return 0
  },
})

/** Reads the subject that an operator copied from a token (claim `sub`) or from the provider. */
function subjectOf(given = ''): string {
  if (/^[\x21-\x7e]{1,256}$/.test(given)) return given
  throw new UserError(`"${given}" is no subject of a token.`, 'It is what the claim sub of the person’s token says.')
}

const onHub = ({ where }: HubAccess) => (where === 'AWS' ? ' --aws' : '')

export const userDisable = verbOf({
  name: 'disable',
  summary: 'Signs a user out and refuses further sign-ins.',
  details: [`The user stays in the tenant's group, and can be enabled again. ${TOKENS}`],
  async run(hub, { email, username }, _, tenantId) {
    await disableUsers(hub, [username])
    return `${email} is disabled on ${hub.where}. ${TOKENS}\nTo let them back in: npm run tenant -- user enable ${tenantId} ${email}${onHub(hub)}`
  },
})

/** Longer than any token of the pool lives: half an hour. */
const BLOCKED_SECONDS = 3_600
/** Tokens of external providers live about an hour; a day is the longest lifetime that a provider of docs/identity.md allows. */
const PROVIDERS_SECONDS = 24 * 3_600

export const userBlock = verbOf({
  name: 'block',
  summary: 'Disables a user, and refuses tokens that were issued before.',
  details: [
    `For a stolen token: obeyed within ${SEEN_WITHIN_SECONDS} seconds. The entry of the tenant's deny list ends after an hour, when every token has; the user`,
    "stays disabled. It is one lock, in the gateway's program: the load balancer knows no such lists.",
  ],
  async ofProvider(hub, caller, tenantId) {
    const now = new Date()
    await block(hub, tenantId, { ...caller, until: Math.ceil(now.getTime() / 1000 + PROVIDERS_SECONDS) }, now)
    return [
      `The subject ${caller.subject} of ${caller.issuer} is blocked: within ${SEEN_WITHIN_SECONDS} seconds its tokens are answered 403 caller_blocked, for a day.`,
      'So that it gets no new ones, disable the person at the provider.',
      `To let it back in: npm run tenant -- user enable ${tenantId} ${caller.subject}${onHub(hub)}`,
    ].join('\n')
  },
  async run(hub, { email, username, sub }, _, tenantId) {
    await disableUsers(hub, [username])
    const now = new Date()
    const issuer = `https://cognito-idp.${hub.region}.amazonaws.com/${hub.userPoolId}`
    const until = Math.ceil(now.getTime() / 1000 + BLOCKED_SECONDS)
    await block(hub, tenantId, { issuer, subject: sub, until }, now)
    return `${email} is disabled on ${hub.where}, and blocked: within ${SEEN_WITHIN_SECONDS} seconds their tokens are answered 403 caller_blocked.\nTo let them back in: npm run tenant -- user enable ${tenantId} ${email}${onHub(hub)}`
  },
})

export const userEnable = verbOf({
  name: 'enable',
  summary: 'Lets a disabled or blocked user sign in again, with the password they had.',
  details: [],
  async ofProvider(hub, { issuer, subject }, tenantId) {
    return (await unblock(hub, tenantId, issuer, subject))
      ? `${subject} is blocked no more.`
      : `${subject} was not blocked.`
  },
  async run(hub, { email, username, sub }, _, tenantId) {
    await enableUser(hub, username)
    await unblock(hub, tenantId, `https://cognito-idp.${hub.region}.amazonaws.com/${hub.userPoolId}`, sub)
    return `${email} is enabled on ${hub.where}.`
  },
})

export const userReset = verbOf({
  name: 'reset',
  summary: 'Sets another password, which the user replaces at the next sign-in.',
  details: [
    'The password is asked for, or read from a pipe: never an argument, which every process on the machine can read. The user is',
    `signed out. ${TOKENS}`,
  ],
  async run(hub, { email, username }) {
    await resetPassword(hub, username, await askPassword(`New password of ${email}: `))
    return `${email} has another password on ${hub.where}, and chooses one of their own at the next sign-in.`
  },
})

export const userResetMfa = verbOf({
  name: 'reset-mfa',
  summary: "Takes a user's authenticator app away, for a lost device.",
  details: [
    `The user is signed out, and signs in by password alone until they set up another app (login --set-up-code). ${TOKENS}`,
    'Be sure who asks. Where userPoolMfa is required, Cognito keeps the factor: the command says so, and what to do instead.',
  ],
  async run(hub, member, _, tenantId) {
    await resetSecondFactor(hub, member, tenantId)
    return `${member.email} has no authenticator app any more on ${hub.where}. To set up another one: npm run login -- ${tenantId} --username ${member.email} --set-up-code`
  },
})

export const userRemove = verbOf({
  name: 'remove',
  summary: 'Deletes a user.',
  details: [`For good: a user of the same address that is added later is another one. ${TOKENS}`],
  options: { yes: { type: 'boolean', help: 'do not ask' } },
  async run(hub, { email, username }, values, tenantId) {
    await confirm(`Delete ${email} of ${tenantId} from ${hub.where}?`, email, values.yes === true)
    await deleteUser(hub, username)
    return `${email} is deleted from ${hub.where}. ${TOKENS}`
  },
})
