import { type Check, failed, ok } from '../check.ts'
import { organizationOf } from '../organization.ts'

/** An account cannot attach to a Transit Gateway that is not shared with it. */
export const sharing: Check = {
  id: 'sharing',
  of: 'tenant',
  question: "Is the account one of those that the hub's Transit Gateway is shared with?",
  applies: (_tenant, { hub }) => hub !== undefined,
  async ask(tenant, { hub }) {
    const { sharing: with_ } = hub?.settings ?? {}
    if (with_?.kind === 'accounts')
      return with_.accounts.includes(tenant.account)
        ? ok('shareWithAccounts lists it')
        : failed(
            `shareWithAccounts lists ${with_.accounts.join(', ')}.`,
            `Add ${tenant.account} to shareWithAccounts in Pulumi.${hub?.stack}.yaml.`,
          )
    const id = (await organizationOf(await tenant.clients()))?.Id
    if (id !== undefined && with_?.arn.includes(`/${id}`)) return ok(`it is in ${id}`)
    return failed(
      `The account is in ${id === undefined ? 'no organisation' : `the organisation ${id}`}, and the hub shares with ${with_?.arn}.`,
      `Move the account into the organisation, or name it in shareWithAccounts in Pulumi.${hub?.stack}.yaml.`,
    )
  },
}
