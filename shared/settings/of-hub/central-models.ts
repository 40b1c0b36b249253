/** Hub settings: the model endpoint that tenants share. */
import { RULES_PER_GROUP } from '../../load-balancer-quotas.ts'
import { none } from '../common.ts'
import { MODEL_ID, modelRegions } from '../of-spoke/models.ts'
import type { Setting } from '../setting.ts'
import { simple } from '../shapes.ts'
import { listOf, matching } from '../values.ts'

export const centralModels: Setting<readonly string[] | undefined> = {
  type: 'list of text',
  meaning:
    "Makes one model endpoint in the hub's VPC, which tenants with `modelEndpoint: hub` share instead of having their own, and lists what may be called through it (docs/variants.md says what that costs and what is lost).",
  allowed: '1 to 50 different model or inference profile ids, such as us.amazon.nova-2-lite-v1:0.',
  entries: 'list',
  placeholder: '{MODEL}',
  fallback: none,
  parse: listOf(matching(MODEL_ID, 'a model or inference profile id'), 1, 50),
}

export const centralModelRegions: Setting<Readonly<Record<string, readonly string[]>>> = {
  ...modelRegions,
  meaning:
    'With `centralModels`: where requests to inference profiles of a geography may go through the shared endpoint, as `modelRegions` of a spoke.',
}

export const securityGroupRules = simple(
  { is: 'whole number', least: RULES_PER_GROUP, most: 200 },
  {
    meaning:
      "With `centralModels`: inbound rules that a security group may have in the hub's account (its quota, L-0EA8095F, 60 unless it was raised). Each tenant at the shared endpoint takes one.",
    fallback: RULES_PER_GROUP,
  },
)
