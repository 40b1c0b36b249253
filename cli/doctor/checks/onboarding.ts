import { accountOfRole } from '../../../shared/settings/common.ts'
import { type Check, failed, ok } from '../check.ts'
import { leadsTo } from './credentials.ts'

/** The onboarding role is not there before the hub is; who may assume it is in the hub's file. */
export const onboarding: Check = {
  id: 'onboarding',
  of: 'tenant',
  question: 'Are the credentials for the ingress one of the hub’s deployers?',
  applies: (_tenant, { hub }) => hub !== undefined,
  async ask(tenant, { hub }) {
    const deployers = hub?.settings.deployers ?? []
    const identity = await tenant.deployer('hub').catch(() => undefined)
    if (!identity) return await leadsTo(tenant, 'hub', hub?.account ?? '')
    // `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` leaves the role's path out.
    const name = /:assumed-role\/([^/]+)\//.exec(identity.arn)?.[1]
    const found = deployers.some((arn) => accountOfRole(arn) === identity.account && arn.split('/').at(-1) === name)
    if (found) return ok(`${identity.arn} is`)
    return failed(
      `${identity.arn} is none of ${deployers.join(', ')}.`,
      `Set hubRoleArn or hubProfile in Pulumi.${tenant.stack}.yaml, sign in as a deployer, or add this role to deployers in Pulumi.${hub?.stack}.yaml.`,
    )
  },
}
