/** All attempts, family by family. */
import type { Attempt } from '../attempt.ts'
import { bodies } from './bodies.ts'
import { deployment } from './deployment.ts'
import { identity } from './identity.ts'
import { machines } from './machines.ts'
import { network } from './network.ts'
import { paths } from './paths.ts'
import { pooled } from './pooled.ts'
import { privateDoor } from './private-door.ts'
import { providerPeople } from './provider-people.ts'
import { shared } from './shared-endpoint.ts'
import { tasks } from './tasks.ts'
import { tokens } from './tokens.ts'
import { users } from './users.ts'

export const allAttempts: readonly Attempt[] = [
  tokens,
  providerPeople,
  machines,
  users,
  paths,
  bodies,
  identity,
  network,
  privateDoor,
  deployment,
  shared,
  pooled,
  tasks,
].flat()
