/** One attempt at isolation: data that says what is tried, and a function that tries it for real. */
import type { Layer } from './layers.ts'
import type { Site } from './site.ts'

export type Outcome =
  /** `by` is every layer that was seen to refuse; `detail` is what the attacker was told, or what the path lacked. */
  | { readonly kind: 'stopped'; readonly by: readonly Layer[]; readonly detail: string }
  /** Nothing refused and nothing was crossed: it was served as its own tenant's, with its own tenant's credentials. */
  | { readonly kind: 'contained'; readonly detail: string }
  | { readonly kind: 'through'; readonly detail: string }

export const FAMILIES = ['tokens', 'paths', 'bodies', 'identity', 'network', 'deployment'] as const
export type Family = (typeof FAMILIES)[number]

export interface Attempt {
  readonly family: Family
  /** Short and stable: `alg-none`. */
  readonly name: string
  /** One sentence for an auditor. */
  readonly tried: string
  /** Layers that must stop it, each by itself; more may. Empty where being served as oneself is what must happen. */
  readonly expected: readonly Layer[]
  /** What AWS offers no second layer for, or cannot refuse at all. */
  readonly remark?: string
  /** A layer that cannot be switched off for this attempt; the remark says why. */
  readonly last?: Layer
  make(site: Site): Promise<Outcome>
}

export const idOf = ({ family, name }: Pick<Attempt, 'family' | 'name'>) => `${family}/${name}`

export const stopped = (by: readonly Layer[], detail: string): Outcome => ({ kind: 'stopped', by, detail })
export const through = (detail: string): Outcome => ({ kind: 'through', detail })
export const contained = (detail: string): Outcome => ({ kind: 'contained', detail })
