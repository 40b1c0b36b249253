/** Refuses commands about users of the user pool on a hub whose people sign in at an external provider. */
import type { HubAccess } from '../hub/hub-access.ts'
import { UserError } from '../verb.ts'

/** What to do at the provider instead, by the last word of the command. */
const INSTEAD: Readonly<Record<string, string>> = {
  add: "give the person the tenant's value in the token (app role, group): docs/identity.md",
  list: "look at who has the tenant's role or group",
  disable: 'disable the person, or take the tenant’s role or group from them',
  reset: 'reset the password',
  remove: 'take the tenant’s role or group from them',
}

/** @throws UserError for such a hub: a user who is created in the pool could not call the gateway */
export function requireOwnUsers({ identity }: Pick<HubAccess, 'identity'>, verb: string): void {
  if (!identity) return
  throw new UserError(
    `People of this hub sign in with ${identity.issuer}, not with its user pool: tenant user ${verb} does nothing there.`,
    `At the provider: ${INSTEAD[verb] ?? 'docs/identity.md'}. To refuse tokens that were issued before: npm run tenant -- user block TENANT SUBJECT`,
  )
}
