import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import type { Verb } from '../verb.ts'
import { tenantIdOf } from './id.ts'
import { requireOwnUsers } from './require-user-pool.ts'
import { textTable } from './text-table.ts'
import { membersOf } from './users.ts'

export const userList: Verb = {
  name: 'tenant user list',
  usage: 'TENANT',
  summary: "Lists a tenant's users.",
  details: [
    'STATUS is active, disabled (cannot sign in), or new password: the user has to choose one at the next sign-in.',
    'Users of a tenant that was removed belong to no group any more, and are not listed.',
  ].join('\n'),
  positionals: [1, 1],
  options: { ...HUB_OPTIONS, json: { type: 'boolean', help: 'the same as JSON' } },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    await withHub(values, async (hub) => {
      requireOwnUsers(hub, 'list')
      const members = await membersOf(hub, tenantId)
      const rows = members.map(({ email, status, createdAt }) => ({ email, status, since: createdAt.toISOString() }))
      if (values.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
      else if (rows.length === 0)
        process.stdout.write(`${tenantId} has no users. The first: npm run tenant -- user add ${tenantId} EMAIL\n`)
      else
        process.stdout.write(
          textTable(
            ['EMAIL', 'STATUS', 'SINCE'],
            rows.map(({ email, status, since }) => [email, status, since]),
          ),
        )
    })
    return 0
  },
}
