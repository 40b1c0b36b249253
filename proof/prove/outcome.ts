/** How an attempt, or a step of one, ended. */
import type { Layer } from './layers.ts'

export type Outcome =
  /** `by` has every layer that was seen to refuse; `detail` is the answer that the attacker got, or what was missing on the way. */
  | { readonly kind: 'stopped'; readonly by: readonly Layer[]; readonly detail: string }
  /** Nothing refused and no boundary was crossed: the request was served as its own tenant's, with its own tenant's credentials. */
  | { readonly kind: 'contained'; readonly detail: string }
  | { readonly kind: 'through'; readonly detail: string }

export const stopped = (by: readonly Layer[], detail: string): Outcome => ({ kind: 'stopped', by, detail })
export const through = (detail: string): Outcome => ({ kind: 'through', detail })
export const contained = (detail: string): Outcome => ({ kind: 'contained', detail })

/** What a step of an attempt gained, or what stopped it. */
export type Step<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly outcome: Outcome }

/** Ends an attempt with its last step: if that step gained something, the attempt got through. */
export const ended = <T>(step: Step<T>, gained: string): Outcome => (step.ok ? through(gained) : step.outcome)
