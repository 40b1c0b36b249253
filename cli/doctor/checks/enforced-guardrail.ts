import { enforcementsOf } from '../../tenant/enforcement.ts'
import { type Check, ok } from '../check.ts'

/** An enforced guardrail is applied to every call of the account, including the gateway's. Somebody has decided that, so it is never a fault. */
export const enforcedGuardrail: Check = {
  id: 'enforced-guardrail',
  of: 'tenant',
  question: 'Does the account enforce a guardrail on every call?',
  async ask(tenant) {
    const { bedrock } = await tenant.clients()
    const all = await enforcementsOf(bedrock)
    if (all.length === 0) return ok('none')
    const told = all.map(
      ({ guardrail: { id, version }, honoursMarks }) =>
        `${id} in version ${version}${honoursMarks ? ", which a caller's marks narrow" : ''}`,
    )
    return ok(`${told.join('; ')}: every call of the account is looked at, the gateway's too`)
  },
}
