/** The settings `compute`, `tier` and `gatewayImage`: what runs a tenant's gateway. */
import { DRAIN_SECONDS, TASK_TIER_CHOICES, TASK_TIERS, TIER_CHOICES, TIERS } from '../../compute.ts'
import { IMAGE, none } from '../common.ts'
import type { Setting } from '../setting.ts'
import { simple } from '../shapes.ts'
import { matching } from '../values.ts'
import { MEMORY_OF_CPU, parseTier, type TierChoice } from './tier.ts'

export const compute = simple(
  { is: 'choice', of: ['lambda', 'fargate'] },
  {
    meaning:
      'What runs the gateway for this tenant: a Lambda function, or tasks on Fargate, whose answers stream and whose bodies may be larger than 1 MB. Fargate needs a hub with `fargate: true`.',
    fallback: 'lambda',
  },
)

export const gatewayImage: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "With `compute: fargate`: an image of your own pipeline, in the hub's repository (tasks reach no other). Without it, the one that `npm run genai -- image --aws` has put there for this version.",
  allowed: 'a repository and a digest, REPOSITORY@sha256:DIGEST.',
  placeholder: '{REPOSITORY}@sha256:{DIGEST}',
  fallback: none,
  parse: matching(IMAGE, 'a repository and a digest'),
}

export const tier: Setting<TierChoice> = {
  type: 'text, or a map of whole numbers',
  meaning:
    `Size of what runs the tenant's gateway. On Lambda: ${TIER_CHOICES}, or a map of memoryMegabytes, timeoutSeconds and reservedConcurrency; a request beyond the last figure gets a 502. ` +
    `On Fargate: ${TASK_TIER_CHOICES}, or a map of cpuUnits, memoryMegabytes, timeoutSeconds, minimumTasks and maximumTasks.`,
  allowed:
    `${Object.keys(TIERS).join(', ')}, or a map: for Lambda of memoryMegabytes (128 to 10240), timeoutSeconds (10 to 900) and reservedConcurrency (1 to 900); for Fargate of cpuUnits (${Object.keys(MEMORY_OF_CPU).join(', ')}), ` +
    `memoryMegabytes (what Fargate has for them), timeoutSeconds (10 to ${DRAIN_SECONDS}), minimumTasks and maximumTasks (2 to 100).`,
  placeholder: '{TIER}',
  fallback: { value: { lambda: TIERS.small, fargate: TASK_TIERS.small }, text: '`small`' },
  parse: parseTier,
}
