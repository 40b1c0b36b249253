/** Hub settings: the account's quotas, and what tenants may run on. */
import { DEFAULT_LISTENER_RULES } from '../../load-balancer-quotas.ts'
import { IMAGE, none } from '../common.ts'
import type { Setting } from '../setting.ts'
import { simple } from '../shapes.ts'
import { matching } from '../values.ts'

export const concurrencyLimit = simple(
  { is: 'whole number', least: 101, most: 1_000_000 },
  {
    meaning:
      "Lambda's concurrent executions that the hub's account has (its quota): the tenants' reservations are added up against it.",
    allowed: '101 to 1000000: AWS keeps 100 of them unreserved.',
    fallback: 1000,
  },
)

export const fargate = simple(
  { is: 'true or false' },
  {
    meaning:
      'Makes what tenants with `compute: fargate` need: a cluster, a repository of images, endpoints for both and for their logs (docs/limits-and-costs.md says what it costs).',
    fallback: false,
  },
)

/** AWS General Reference, Amazon ECS endpoints and quotas: "Fargate On-Demand vCPU resource count", L-3032A538. New accounts may have less. */
const DEFAULT_VCPUS = 6

export const fargateVcpuLimit = simple(
  { is: 'whole number', least: 1, most: 100_000 },
  {
    meaning:
      "vCPUs that the hub's account may run on Fargate at a time (its quota, L-3032A538): twice the most tasks of every tenant on Fargate must fit.",
    fallback: DEFAULT_VCPUS,
  },
)

export const listenerRules = simple(
  { is: 'whole number', least: DEFAULT_LISTENER_RULES, most: 1000 },
  {
    meaning:
      'Rules that the load balancer may have (its quota, 100 unless it was raised): a tenant on Lambda takes one, one on Fargate two, each of its machines one, and ten stay free.',
    fallback: DEFAULT_LISTENER_RULES,
  },
)

export const gatewayBaseImage: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Image that the gateway's image for Fargate is built on. `npm run genai -- image --aws` looks it up once and writes it here, for review.",
  allowed: 'a repository and a digest, REPOSITORY@sha256:DIGEST.',
  placeholder: '{REPOSITORY}@sha256:{DIGEST}',
  fallback: none,
  parse: matching(IMAGE, 'a repository and a digest'),
}
