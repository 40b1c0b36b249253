/** What runs a tenant's gateway, and its size: presets, and texts that describe them. */

/** The size of a tenant's function. `reservedConcurrency` is taken from the hub account's limit. */
export interface Tier {
  readonly memoryMegabytes: number
  readonly timeoutSeconds: number
  readonly reservedConcurrency: number
}

export const TIERS = {
  small: { memoryMegabytes: 256, timeoutSeconds: 60, reservedConcurrency: 5 },
  medium: { memoryMegabytes: 512, timeoutSeconds: 120, reservedConcurrency: 10 },
  large: { memoryMegabytes: 1024, timeoutSeconds: 300, reservedConcurrency: 50 },
} as const satisfies Record<string, Tier>

/** The size of a tenant's tasks on Fargate, and their number. */
export interface TaskTier {
  /** 1,024 units are one vCPU. */
  readonly cpuUnits: number
  readonly memoryMegabytes: number
  /** The most seconds of a request with its answer; at most the time that a deployment waits ({@link DRAIN_SECONDS}). */
  readonly timeoutSeconds: number
  readonly minimumTasks: number
  readonly maximumTasks: number
}

/** How many seconds a leaving target may take to finish its requests: AWS's maximum. */
export const DRAIN_SECONDS = 3_600

export const TASK_TIERS = {
  small: { cpuUnits: 256, memoryMegabytes: 512, timeoutSeconds: DRAIN_SECONDS, minimumTasks: 2, maximumTasks: 4 },
  medium: { cpuUnits: 512, memoryMegabytes: 1024, timeoutSeconds: DRAIN_SECONDS, minimumTasks: 2, maximumTasks: 10 },
  large: { cpuUnits: 1024, memoryMegabytes: 2048, timeoutSeconds: DRAIN_SECONDS, minimumTasks: 2, maximumTasks: 20 },
} as const satisfies Record<keyof typeof TIERS, TaskTier>

/** What runs a tenant's gateway, with its size. */
export type Compute =
  | { readonly kind: 'lambda'; readonly tier: Tier }
  | {
      readonly kind: 'fargate'
      readonly tier: TaskTier
      /**
       * `REPOSITORY@sha256:DIGEST`, an image of the user's own pipeline.
       * @default the hub's repository has the image of this version
       */
      readonly image?: string
    }

/** A description: `256 MB, 60 s, 5 requests at a time`. */
export const tierFigures = ({ memoryMegabytes, timeoutSeconds, reservedConcurrency }: Tier): string =>
  `${memoryMegabytes} MB, ${timeoutSeconds} s, ${reservedConcurrency} requests at a time`

/** A description: `2 to 4 tasks of 0.25 vCPU and 512 MB, 3600 s`. */
export const taskTierFigures = (tier: TaskTier): string =>
  `${tier.minimumTasks} to ${tier.maximumTasks} tasks of ${tier.cpuUnits / 1024} vCPU and ${tier.memoryMegabytes} MB, ${tier.timeoutSeconds} s`

/** Descriptions of all presets, for places where one is chosen. */
export const TIER_CHOICES = Object.entries(TIERS)
  .map(([name, tier]) => `${name} (${tierFigures(tier)})`)
  .join(', ')

export const TASK_TIER_CHOICES = Object.entries(TASK_TIERS)
  .map(([name, tier]) => `${name} (${taskTierFigures(tier)})`)
  .join(', ')
