import { add } from '../tenant/add.ts'
import { check } from '../tenant/check.ts'
import { list } from '../tenant/list.ts'
import { remove } from '../tenant/remove.ts'
import { resume, suspend } from '../tenant/status.ts'
import { userAdd } from '../tenant/user-add.ts'
import { userDisable, userEnable, userRemove, userReset } from '../tenant/user-change.ts'
import { userList } from '../tenant/user-list.ts'
import type { VerbGroup } from '../verb.ts'

const user: VerbGroup = {
  name: 'tenant user',
  usage: 'VERB',
  summary: "A tenant's users: adds, lists, disables, enables, resets and removes them.",
  verbs: [userAdd, userList, userDisable, userEnable, userReset, userRemove],
}

export const tenant: VerbGroup = {
  name: 'tenant',
  usage: 'VERB',
  summary: 'Adds, lists, checks, suspends and removes tenants, and makes their users.',
  verbs: [add, list, check, user, suspend, resume, remove],
}
