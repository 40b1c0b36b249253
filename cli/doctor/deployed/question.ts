/** The type of a question that AWS's documentation leaves open, and of what is asked of a deployed hub and tenant to answer it. */

import type { HubAccess } from '../../hub/hub-access.ts'
import type { Answer } from '../check.ts'
import type { TenantSubject, World } from '../subjects.ts'
import type { Person } from '../test-tenant/person.ts'
import type { Gateway } from './gateway.ts'

/** The file that leaves the question open, and some words of that place. */
export interface Source {
  /** `AWS-FACTS.md` is the page of facts that this project was planned with; the others are files of the project. */
  readonly file: string
  readonly words: string
}

interface Open {
  readonly id: string
  readonly from: readonly Source[]
  readonly question: string
  /** The question, in words. */
  readonly how: string
  readonly expected: string
  /** What to change if the answer is not the expected one: a setting, wherever the answer could break a deployment. */
  readonly otherwise: string
  /**
   * How the question is asked with a tenant that the doctor deploys (`--with-test-tenant`).
   * @default as without one
   */
  readonly trial?: {
    readonly when: When
    /** If absent, the question is asked as without a test tenant, but later. */
    readonly ask?: (trial: Trial) => Promise<Answer>
  }
}

export type Question =
  | (Open & { readonly ask: (deployed: Deployed) => Promise<Answer> })
  /** Why the doctor cannot ask it: that would take a change, cost money, or need a role that this project does not have. */
  | (Open & { readonly notAsked: string })

/** The deployed hub and tenant that this shell can access. */
export interface Deployed {
  readonly world: World
  /** The tenant whose user is signed in in this shell; absent if nobody is. */
  readonly gateway: Gateway | undefined
  /** The tenant's stack file. */
  readonly tenant: TenantSubject | undefined
  /**
   * Why nobody can ask as a user.
   * @default because nobody is signed in in this shell
   */
  readonly noUser?: Answer
}

/** When it is asked: after the test tenant is deployed, after its settings are changed, or after it is destroyed. */
export type When = 'made' | 'changed' | 'gone'

/** How deploying or destroying it ended. */
export interface Step {
  readonly seconds: number
  /** Pulumi's or AWS's error message; absent if it succeeded. */
  readonly failure?: string
}

/** The doctor's own tenant, as far as it has been deployed. */
export interface Trial extends Deployed {
  readonly steps: { readonly [W in When]?: Step }
  readonly hub: Pick<HubAccess, 'cognito' | 'userPoolId'>
  /** The user who asks; absent if no user could be created. */
  readonly person?: Person
}
