import { add } from '../tenant/add.ts'
import { check } from '../tenant/check.ts'
import { guardrail } from '../tenant/guardrail.ts'
import { limit } from '../tenant/limit.ts'
import { list } from '../tenant/list.ts'
import { machineBlock, machineList, machineUnblock } from '../tenant/machine.ts'
import { machineAdd, machineRemove, machineRotate } from '../tenant/machine-client.ts'
import { plan } from '../tenant/plan/plan.ts'
import { remove } from '../tenant/remove.ts'
import { resume, suspend } from '../tenant/status.ts'
import { userAdd } from '../tenant/user-add.ts'
import { userBlock, userDisable, userEnable, userRemove, userReset, userResetMfa } from '../tenant/user-change.ts'
import { userList } from '../tenant/user-list.ts'
import type { VerbGroup } from '../verb.ts'

const user: VerbGroup = {
  name: 'tenant user',
  usage: 'VERB',
  summary: "A tenant's users: adds, lists, disables, enables, blocks, resets and removes them.",
  verbs: [userAdd, userList, userDisable, userEnable, userBlock, userReset, userResetMfa, userRemove],
}

const machine: VerbGroup = {
  name: 'tenant machine',
  usage: 'VERB',
  summary: "A tenant's machines: adds, lists, blocks and removes them, and changes their secrets.",
  verbs: [machineAdd, machineList, machineRotate, machineBlock, machineUnblock, machineRemove],
}

export const tenant: VerbGroup = {
  name: 'tenant',
  usage: 'VERB',
  summary: 'Adds, plans, lists, checks, limits, suspends and removes tenants, and makes their users.',
  verbs: [add, plan, list, check, user, machine, limit, guardrail, suspend, resume, remove],
}
