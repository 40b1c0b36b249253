/** The type of a question that AWS's documentation leaves open, and of what is asked of a deployed hub and tenant to answer it. */

import type { HubAccess } from '../../hub/hub-access.ts'
import type { Answer } from '../check.ts'
import type { TenantSubject, World } from '../subjects.ts'
import type { Person } from '../test-tenant/person.ts'
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
  /** How it is asked of a tenant of the doctor's own (`--with-test-tenant`). @default as without one */
  readonly trial?: {
    readonly when: When
    /** Absent: as without one, only later. */
    readonly ask?: (trial: Trial) => Promise<Answer>
  }
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
  /** Why there is nobody to ask as. @default because this shell is not signed in */
  readonly noUser?: Answer
}

/** Once the test tenant is deployed, once settings of it are changed, or once it is destroyed. */
export type When = 'made' | 'changed' | 'gone'

/** How deploying or destroying ended. */
export interface Step {
  readonly seconds: number
  /** In Pulumi's or AWS's words; absent where it came to its end. */
  readonly failure?: string
}

/** A tenant of the doctor's own, as far as it has come. */
export interface Trial extends Deployed {
  readonly steps: { readonly [W in When]?: Step }
  readonly hub: Pick<HubAccess, 'cognito' | 'userPoolId'>
  /** Who asks; absent where nobody could be made a user. */
  readonly person?: Person
}
