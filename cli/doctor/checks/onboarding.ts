import { type Check, failed, ok } from '../check.ts'
import { roleAmong } from '../deployers.ts'
import { leadsTo } from './credentials.ts'

/** The onboarding role does not exist before the hub does; the hub's stack file says who may assume it. */
export const onboarding: Check = {
  id: 'onboarding',
  of: 'tenant',
  question: 'Are the credentials for the ingress one of the hub’s deployers?',
  applies: (_tenant, { hub }) => hub !== undefined,
  async ask(tenant, { hub }) {
    const deployers = hub?.settings.deployers ?? []
    const identity = await tenant.deployer('hub').catch(() => undefined)
    if (!identity) return await leadsTo(tenant, 'hub', hub?.account ?? '')
    if (roleAmong(identity, deployers) !== undefined) return ok(`${identity.arn} is`)
    return failed(
      `${identity.arn} is none of ${deployers.join(', ')}.`,
      `Set hubRoleArn or hubProfile in Pulumi.${tenant.stack}.yaml, sign in as a deployer, or add this role to deployers in Pulumi.${hub?.stack}.yaml.`,
    )
  },
}
