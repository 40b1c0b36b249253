/** One attempt to break the isolation: data that says what is tried, and a function that tries it for real. */
import type { Compute } from './compute.ts'
import type { Layer } from './layers.ts'
import type { Outcome } from './outcome.ts'
import type { Testbed } from './testbed/testbed.ts'

export const FAMILIES = [
  'tokens',
  'machines',
  'users',
  'paths',
  'bodies',
  'identity',
  'network',
  'deployment',
  'shared',
  'pooled',
] as const
export type Family = (typeof FAMILIES)[number]

/** How an attempt is made, so that a reader knows whether something was done or only evaluated. */
export const MEANS = {
  request: 'bytes sent to the load balancer or to the user pool over TLS, or an event handed to the function',
  call: "a signed call to the service's host, over the path that the network has",
  connection: 'the path of a connection, looked up as for every connection that is made',
  question: 'IAM asked about the call, with every policy as it is deployed: no service is there to make it to',
  program: "the programs' own checks, run on the settings; then IAM asked about the call that they would have made",
} as const
export type Means = keyof typeof MEANS

export interface Attempt {
  readonly family: Family
  /** A short name that does not change: `alg-none`. */
  readonly name: string
  readonly means: Means
  /** One sentence for an auditor. */
  readonly tried: string
  /** Layers that must each stop it independently; further layers may. Empty if the request should be served as the caller's own. */
  readonly expected: readonly Layer[]
  /** Says where AWS offers no second layer, or cannot refuse at all. */
  readonly remark?: string
  /** The layer that cannot be switched off for this attempt; the remark says why. */
  readonly last?: Layer
  /**
   * Set if the attempt makes sense only on this compute.
   * @default both
   */
  readonly on?: Compute
  make(testbed: Testbed): Promise<Outcome>
}

/** An attempt without the function that makes it. */
export type Described = Omit<Attempt, 'make'>

/** The attempts that make sense for tenants on this compute. */
export const attemptsOn = (compute: Compute, attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.filter(({ on }) => on === undefined || on === compute)

export const idOf = ({ family, name }: Pick<Attempt, 'family' | 'name'>) => `${family}/${name}`
