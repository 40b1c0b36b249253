import type { TenantStatus } from '../../shared/tenant.ts'
import { HUB_OPTIONS, withHub } from '../hub/hub-access.ts'
import type { Verb } from '../verb.ts'
import { tenantIdOf } from './id.ts'
import { SEEN_WITHIN_SECONDS, setStatus } from './items.ts'

function statusVerb(name: 'suspend' | 'resume', status: TenantStatus['status'], summary: string): Verb {
  return {
    name: `tenant ${name}`,
    usage: 'TENANT',
    summary,
    details: [
      "Writes the tenant's status item in the hub's table; pulumi up never does. The gateway sees it within",
      `${SEEN_WITHIN_SECONDS} seconds. Users, addresses and everything deployed stay as they are.`,
    ].join('\n'),
    positionals: [1, 1],
    options: HUB_OPTIONS,
    async run({ values, positionals }) {
      const tenantId = tenantIdOf(positionals[0])
      const where = await withHub(values, async (hub) => {
        await setStatus(hub, tenantId, status, new Date())
        return hub.where
      })
      process.stdout.write(
        status === 'suspended'
          ? `${tenantId} is suspended on ${where}: within ${SEEN_WITHIN_SECONDS} seconds its requests are answered 403 tenant_suspended.\nTo let it back in: npm run tenant -- resume ${tenantId}${values.aws === true ? ' --aws' : ''}\n`
          : `${tenantId} is active on ${where}, within ${SEEN_WITHIN_SECONDS} seconds.\n`,
      )
      return 0
    },
  }
}

export const suspend = statusVerb('suspend', 'suspended', 'Turns every request of a tenant away, until it is resumed.')
export const resume = statusVerb('resume', 'active', 'Lets a suspended tenant back in.')
