/**
 * The control plane's IAM, for both engines: whoever deploys is the principal of each call that AWS's provider makes, and may be
 * refused.
 */

import { invokeOf } from '../aws/registry.ts'
import { AwsError } from '../errors.ts'
import type { Authorize, Decision, Session } from '../iam/authorize.ts'
import type { Declared } from '../ledger/ledger.ts'
import { permissionsOf } from '../resource/permission.ts'
import type { Call, Operation, Permission, ResourceType, Situation } from '../resource/resource-type.ts'

/** A permission that was checked, and the result. */
export interface PermissionEvent extends Permission {
  readonly kind: 'permission'
  readonly session: Session
  readonly region: string
  readonly allowed: boolean
}

export interface ControlPlane {
  /** Absent: every permission is granted. */
  readonly authorize?: Authorize
  readonly observe?: (event: PermissionEvent) => void
}

/** @throws AwsError for the first call of an operation that the principal is not allowed */
export async function requireOperation(
  plane: ControlPlane,
  row: ResourceType,
  operation: Operation,
  situation: Situation,
  session: Session,
): Promise<void> {
  await requireAll(plane, callsOf(plane, row, operation, situation), situation, session)
}

/** The calls of an operation, in their order; an empty list if permissions are not evaluated. */
export const callsOf = (
  { authorize }: ControlPlane,
  row: ResourceType,
  operation: Operation,
  situation: Situation,
): readonly Permission[] => (authorize ? permissionsOf(row, operation, situation) : [])

/**
 * Checks a read that finds nothing: the permission is needed all the same. If the calls depend on inputs, which an import does not have, nothing
 * is checked.
 */
export async function requireAbsentRead(
  plane: ControlPlane,
  row: ResourceType,
  situation: Situation,
  session: Session,
): Promise<void> {
  if (!plane.authorize) return
  let permissions: readonly Permission[]
  try {
    permissions = permissionsOf(row, 'read', situation)
  } catch (cause) {
    if (cause instanceof AwsError) return
    throw cause
  }
  await requireAll(plane, permissions, situation, session)
}

/** @throws AwsError for the first call of a data source that the principal is not allowed */
export async function requireInvoke(plane: ControlPlane, token: string, call: Call, session: Session): Promise<void> {
  if (plane.authorize) await requireAll(plane, invokeOf(token).permissions(call), call, session)
}

/**
 * Checks all calls. For a resource that is shared with the account, only the caller's own policies are checked, as if the account owned it,
 * because RAM's permission stands for the owner's.
 * @throws AwsError for the first call that the principal is not allowed
 */
export async function requireAll(
  { authorize, observe }: ControlPlane,
  permissions: readonly Permission[],
  { account, region }: Pick<Situation, 'account' | 'region'>,
  session: Session,
): Promise<void> {
  for (const { sets: _, ...permission } of permissions) {
    const { action, resource, context = {} } = permission
    const decision = await authorize?.({ action, resource, resourceAccount: account, region, session, context })
    if (!decision) return
    observe?.({ kind: 'permission', ...permission, session, region, allowed: decision.allowed })
    if (!decision.allowed) throw new AwsError('AccessDenied', decision.message, 403)
  }
}

/** Caches decisions until something in IAM changes, because a deployment asks most of its questions more than once. */
export class Decisions {
  readonly #authorize: Authorize
  readonly #known = new Map<string, Promise<Decision>>()

  constructor(authorize: Authorize) {
    this.#authorize = authorize
  }

  readonly authorize: Authorize = (call) => {
    const question = JSON.stringify(call)
    const known = this.#known.get(question) ?? this.#authorize(call)
    this.#known.set(question, known)
    return known
  }

  /** Must be called for every change, before the next question. */
  changed({ type }: Pick<Declared, 'type'>): void {
    if (type.startsWith('aws:iam/')) this.#known.clear()
  }
}
