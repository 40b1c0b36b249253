/** A question that AWS's documentation leaves open, and what is asked of a deployed hub and tenant to close it. */
import type { Answer } from '../check.ts'
import type { TenantSubject, World } from '../world.ts'
import type { Gateway } from './gateway.ts'

/** The file that calls the question open, and some of its words there. */
export interface Source {
  /** `AWS-FACTS.md` is the page of facts that this project was planned with; the others are files of the project. */
  readonly file: string
  readonly words: string
}

interface Open {
  readonly id: string
  readonly from: readonly Source[]
  readonly question: string
  /** What is asked, in words. */
  readonly how: string
  readonly expected: string
  /** What to change if it is otherwise: a setting, wherever the answer could break a deployment. */
  readonly otherwise: string
}

export type Question =
  | (Open & { readonly ask: (deployed: Deployed) => Promise<Answer> })
  /** Why it cannot be asked: it takes a change, a bill, or a role that this project does not have. */
  | (Open & { readonly notAsked: string })

/** The deployed hub and tenant that this shell can reach. */
export interface Deployed {
  readonly world: World
  /** Of the tenant whose user this shell is signed in as; absent without one. */
  readonly gateway: Gateway | undefined
  /** That tenant's stack file. */
  readonly tenant: TenantSubject | undefined
}
