/** One run of one stack. Registrations write into a draft of the ledger, which replaces the ledger when the program has succeeded. */

import { findRow, rowOf } from '../../aws/registry.ts'
import { AwsError } from '../../errors.ts'
import type { Authorize, Session } from '../../iam/authorize.ts'
import type { Change, Declared, Ledger, LedgerView, Properties, Value, Waits } from '../../ledger/ledger.ts'
import { Draft } from '../../ledger/ledger-draft.ts'
import type { Index } from '../../ledger/ledger-index.ts'
import type { Organization } from '../../organization.ts'
import {
  canonical,
  checkInputs,
  type Declaration,
  declare,
  heldBy,
  RETAINED,
  replacedBy,
  situationOf,
} from '../../resource/declare.ts'
import { importedBy } from '../../resource/import-id.ts'
import type { Operation, ResourceType } from '../../resource/resource-type.ts'
import type { Provider } from '../configured-provider.ts'
import { type ControlPlane, Decisions, requireAbsentRead, requireOperation } from '../control-plane.ts'

/** A registration, with the options that Pulumi sends. */
export interface Registration {
  readonly urn: string
  readonly type: string
  readonly inputs: Properties
  readonly provider: Provider
  readonly options: Declared['options']
  readonly ignoreChanges: readonly string[]
  readonly replaceOnChanges: readonly string[]
  readonly deleteBeforeReplace: boolean
  /** Runs before the resource is created, and may refuse it. */
  readonly beforeCreate?: () => Promise<void>
}

/** By URN: the session that made a resource. As in Pulumi's state, the same principal deletes it. */
export type Makers = Map<string, Session>

export interface RunOptions {
  readonly createAuthorize?: (ledger: LedgerView, organization: Organization) => Authorize
  /**
   * If present, every call of the control plane is evaluated for the principal of its provider.
   * @default not evaluated
   */
  readonly evaluated?: Pick<ControlPlane, 'observe'>
  /** Kept from one run to the next. */
  readonly makers?: Makers
}

/** A replaced resource has this suffix until the end of the run: as on AWS, the new one is created before the old one is deleted. */
const REPLACED = '#replaced'

/** `urn:pulumi:STACK::PROJECT::`, the beginning of all URNs of a stack. */
export const urnPrefix = (stack: string, project: string) => `urn:pulumi:${stack}::${project}::`

/** The resources that a stack owns. A resource that the stack gave up without deleting it is not among them. */
const BY_STACK: Index = {
  keysOf: ({ urn }) => (urn.endsWith(RETAINED) ? [] : [urn.slice(0, urn.indexOf('::', urn.indexOf('::') + 2) + 2)]),
}

export class Run {
  readonly draft: Draft
  readonly authorize: Authorize | undefined
  /** Evaluates permissions. Without credentials in it, permissions are not evaluated. */
  readonly controlPlane: ControlPlane
  readonly #decisions: Decisions | undefined
  readonly #makers: Makers
  readonly #ledger: Ledger
  readonly #organization: Organization
  readonly #prefix: string
  readonly #seen = new Set<string>()
  /** Resources that were deleted before their replacement was made. */
  readonly #gone: Declared[] = []

  constructor(
    ledger: Ledger,
    organization: Organization,
    prefix: string,
    { createAuthorize, evaluated, makers = new Map() }: RunOptions = {},
  ) {
    this.#ledger = ledger
    this.#makers = makers
    this.#organization = organization
    this.#prefix = prefix
    this.draft = new Draft(ledger)
    this.authorize = createAuthorize?.(this.draft, organization)
    this.#decisions = evaluated && this.authorize && new Decisions(this.authorize)
    this.controlPlane = this.#decisions
      ? { authorize: this.#decisions.authorize, ...(evaluated?.observe && { observe: evaluated.observe }) }
      : {}
  }

  /** The resources that the stack owned before this run. */
  get #owned(): readonly Declared[] {
    return this.#ledger.lookUp(BY_STACK, this.#prefix)
  }

  seen(urn: string): boolean {
    return this.#seen.has(urn)
  }

  /** @throws AwsError, UnsupportedError; the draft cannot be used after that. */
  async register(registration: Registration): Promise<Declared> {
    const { urn, type, provider, options } = registration
    if (this.#seen.has(urn))
      throw new AwsError('DuplicateUrn', `Duplicate resource URN '${urn}'; try giving it a unique name`)
    this.#seen.add(urn)
    const row = rowOf(type)
    const before = this.#ledger.byUrn(urn)
    const inputs = before ? ignoring(registration, before) : registration.inputs
    const replacing = before ? replacements(row, before, registration, inputs) : []
    if (before && replacing.length === 0 && canonical(before.inputs) === canonical(inputs)) {
      this.#makers.set(urn, provider.session)
      return await this.#keep({ ...before, options })
    }
    if (before && replacing.length > 0) await this.#replace(row, before, registration, inputs, replacing)
    if (!before || replacing.length > 0) await registration.beforeCreate?.()
    const current = before && replacing.length === 0 ? before : undefined
    const declaration = this.#declarationOf(row, { urn, inputs, options, ...provider }, current)
    checkInputs(row, inputs)
    await this.#require(current ? 'update' : 'create', declaration, provider.session)
    const made = await declare(declaration)
    this.#makers.set(urn, provider.session)
    await this.#keep(made)
    return made
  }

  #declarationOf(
    row: ResourceType,
    { urn, inputs, account, region, options }: Pick<Declared, 'urn' | 'inputs' | 'account' | 'region' | 'options'>,
    current?: Declared,
  ): Declaration {
    return {
      row,
      urn,
      inputs,
      account,
      region,
      options,
      ledger: this.draft,
      organization: this.#organization,
      ...(current && { current }),
      ...(this.authorize && { authorize: this.authorize }),
    }
  }

  async #require(operation: Operation, declaration: Declaration, session: Session): Promise<void> {
    if (this.#decisions)
      await requireOperation(this.controlPlane, declaration.row, operation, situationOf(declaration), session)
  }

  /**
   * Checks the permission to delete, with the resources as they were before the run: an engine deletes dependents first, so the resources that
   * this one depends on still exist.
   * @throws AwsError if its maker may not delete it; a resource whose maker is unknown may be deleted by anybody
   */
  async #requireDeletion(resource: Declared): Promise<void> {
    const maker = this.#makers.get(resource.urn.replace(REPLACED, ''))
    if (!maker) return
    const declaration = this.#declarationOf(rowOf(resource.type), resource, resource)
    await this.#require('delete', { ...declaration, ledger: this.#ledger }, maker)
  }

  /**
   * Reads a resource of an account by its id, whichever stack made it.
   * @throws AwsError if the caller may not read it
   */
  async read(type: string, id: string, { account, region, session }: Provider): Promise<Declared | undefined> {
    const row = rowOf(type)
    const isMeant = importedBy(rowOf(type), id)
    const found = this.draft.all(type).find((one) => one.account === account && one.region === region && isMeant(one))
    if (found) await this.#require('read', this.#declarationOf(row, found, found), session)
    else if (this.#decisions) {
      const nothing = { urn: id, inputs: {}, account, region, options: NO_OPTIONS }
      await requireAbsentRead(this.controlPlane, row, situationOf(this.#declarationOf(row, nothing)), session)
    }
    return found
  }

  async #keep(resource: Declared): Promise<Declared> {
    this.#decisions?.changed(resource)
    await this.draft.put(resource)
    return resource
  }

  async #replace(
    row: ResourceType,
    before: Declared,
    registration: Registration,
    inputs: Properties,
    replacing: readonly string[],
  ): Promise<void> {
    if (before.options.protect)
      throw new AwsError(
        'Protected',
        `${protectedMessage(before)} Replacing it, as ${replacing.join(', ')} changed, deletes it.`,
      )
    const name = row.named
    const nameStays = name !== undefined && inputs[name] !== undefined && inputs[name] === before.inputs[name]
    if (registration.deleteBeforeReplace || nameStays) {
      await this.#requireDeletion(before)
      await this.draft.delete(before.urn)
      this.#gone.push(before)
      return
    }
    await this.draft.delete(before.urn)
    await this.draft.put({ ...before, urn: `${before.urn}${REPLACED}` })
  }

  /** Deletes what the program no longer declares, and replaces the ledger by the draft. */
  async commit(waits?: Waits): Promise<void> {
    const gone = [...this.#gone]
    for (const resource of this.draft.lookUp(BY_STACK, this.#prefix).toReversed()) {
      const replaced = resource.urn.endsWith(REPLACED)
      if (!replaced && this.#seen.has(resource.urn)) continue
      if (!resource.options.protect && !resource.options.retainOnDelete) await this.#requireDeletion(resource)
      this.#decisions?.changed(resource)
      await this.draft.delete(resource.urn)
      if (!replaced && resource.options.protect) throw new AwsError('Protected', protectedMessage(resource))
      if (resource.options.retainOnDelete) await this.draft.put({ ...resource, urn: retainedUrn(resource) })
      else gone.push(resource)
    }
    for (const resource of gone) this.#refuseDeletion(resource)
    await this.#ledger.commit(this.#changes(), waits)
  }

  #refuseDeletion(resource: Declared): void {
    const row = rowOf(resource.type)
    // The resource was made again under the same name, so references to it now find the new one.
    const successor = this.draft.byUrn(resource.urn.replace(REPLACED, ''))
    if (successor?.id === resource.id && successor.account === resource.account) return
    row.refuseDelete?.(resource, this.draft, this.#organization)
    const [holder] = heldBy(row, resource, this.draft, findRow)
    if (holder)
      throw new AwsError(
        row.heldCode ?? 'DependencyViolation',
        `deleting ${nameOf(resource)} (${resource.type}): ${resource.id} has a dependent object: ${holder.id}, declared as ${holder.urn}`,
      )
  }

  /** Creations and updates in the order in which they were made, then deletions in reverse order. */
  #changes(): readonly Change[] {
    const changes: Change[] = []
    const deleted: Change[] = []
    for (const resource of this.draft.own()) {
      const before = this.#ledger.byUrn(resource.urn)
      if (before === resource) continue
      if (before === undefined) changes.push({ kind: 'created', resource })
      else if (isSame(before, resource) && !this.#gone.includes(before)) {
        if (canonical(before) !== canonical(resource)) changes.push({ kind: 'updated', resource, before })
      } else {
        deleted.push({ kind: 'deleted', resource: before })
        changes.push({ kind: 'created', resource })
      }
    }
    for (const resource of this.#owned)
      if (this.draft.byUrn(resource.urn) === undefined) deleted.push({ kind: 'deleted', resource })
    return merge(changes, deleted)
  }
}

const NO_OPTIONS: Declared['options'] = { dependencies: [], protect: false, retainOnDelete: false }

const isSame = (one: Declared, other: Declared) =>
  one.type === other.type && one.id === other.id && one.account === other.account && one.region === other.region

/**
 * A replaced resource and its replacement have the same URN. The deletion is announced before the creation, or the ledger would lose the new
 * resource.
 */
function merge(changes: readonly Change[], deleted: readonly Change[]): readonly Change[] {
  const replaced = new Map(deleted.map((change) => [change.resource.urn, change]))
  const ordered: Change[] = []
  for (const change of changes) {
    const gone = replaced.get(change.resource.urn)
    if (gone) ordered.push(gone)
    replaced.delete(change.resource.urn)
    ordered.push(change)
  }
  return [...ordered, ...[...replaced.values()].reverse()]
}

function ignoring({ ignoreChanges, inputs }: Registration, before: Declared): Properties {
  const kept: Record<string, Value> = { ...inputs }
  for (const name of ignoreChanges) {
    const old = before.inputs[name]
    if (old === undefined) delete kept[name]
    else kept[name] = old
  }
  return kept
}

function replacements(
  row: ResourceType,
  before: Declared,
  registration: Registration,
  inputs: Properties,
): readonly string[] {
  const { provider, replaceOnChanges } = registration
  if (before.account !== provider.account) return ['provider']
  const changed = replaceOnChanges.filter((name) => canonical(before.inputs[name]) !== canonical(inputs[name]))
  return [...replacedBy(row, before.inputs, inputs), ...changed]
}

export const nameOf = ({ urn }: Pick<Declared, 'urn'>) => urn.slice(urn.lastIndexOf('::') + 2).replace(/#\w+$/, '')

const retainedUrn = ({ urn, id }: Declared) => `${urn.replace(/#\w+$/, '')}#${id}${RETAINED}`

const protectedMessage = (resource: Declared) =>
  `${nameOf(resource)} (${resource.type}) is protected and is not deleted. Deploy it with protect: false first, if its data may go.`
