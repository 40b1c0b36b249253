import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import { askPassword } from '../terminal/password.ts'
import { UserError, type Verb } from '../verb.ts'
import { tenantIdOf } from './id.ts'
import { requireOwnUsers } from './require-user-pool.ts'
import { addUser } from './users.ts'

/** A rough check; Cognito checks the rest. */
const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/

export const userAdd: Verb = {
  name: 'tenant user add',
  usage: 'TENANT EMAIL',
  summary: 'Makes a user of a tenant.',
  details: [
    "The user gets the tenant's id, which nobody can change afterwards, and is put into the tenant's group. The password is",
    'asked for, or read from a pipe: never an argument, which every process on the machine can read. With --invite Cognito',
    'mails a temporary one instead.',
  ].join('\n'),
  positionals: [2, 2],
  options: {
    ...HUB_OPTIONS,
    invite: { type: 'boolean', help: 'Cognito mails a temporary password, to be replaced at the first sign-in' },
  },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    const email = positionals[1] ?? ''
    if (!EMAIL.test(email)) throw new UserError(`"${email}" is no e-mail address.`, 'It is the name to sign in with.')
    const invite = values.invite === true
    if (invite && values.aws !== true)
      throw new UserError('The local cloud sends no mail.', 'Leave out --invite: the password is asked for.')
    const hub = await withHub(values, async (hub) => {
      requireOwnUsers(hub, 'add')
      const first = invite
        ? ({ kind: 'mailed' } as const)
        : ({ kind: 'typed', password: await askPassword(`Password of ${email}: `) } as const)
      await addUser(hub, tenantId, email, first)
      return hub
    })
    const login = `npm run -s login -- ${tenantId} --username ${email}`
    process.stdout.write(
      `Made ${email} a user of ${tenantId} on ${hub.where}.${invite ? ' Cognito mails a temporary password.' : ''}\n` +
        (hub.where === 'AWS'
          ? `To sign in: eval "$(${login} --gateway-url ${hub.signIn?.gatewayUrl ?? 'URL'} --client-id ${hub.signIn?.userPoolClientId ?? 'ID'} --region ${hub.region})"\n`
          : `To sign in: eval "$(${login})"\n`),
    )
    return 0
  },
}
