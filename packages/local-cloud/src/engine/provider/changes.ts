/** Makes the engine's changes in the ledger, resource by resource. Each resource is in the ledger before the engine gets the answer. */

import { findRow, rowOf } from '../../aws/registry.ts'
import { AwsError } from '../../errors.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import { answered, checkInputs, type Declaration, declare, heldBy, situationOf } from '../../resource/declare.ts'
import type { ResourceType, Situation } from '../../resource/resource-type.ts'
import type { Provider } from '../configured-provider.ts'
import { callsOf, requireAbsentRead, requireAll, requireOperation } from '../control-plane.ts'
import { findImported, findIn, freeKey, type ProviderCloud, useKey } from './provider-cloud.ts'

/** The engine does not send these options to a provider. */
const NO_OPTIONS: Declared['options'] = { dependencies: [], protect: false, retainOnDelete: false }

export interface Target {
  readonly type: string
  readonly urn: string
  readonly provider: Provider
}

/** What the engine's state has about a resource. */
export interface Known {
  readonly id: string
  readonly inputs?: Properties
  /** The state has nothing but the id, as in an import. */
  readonly imported?: boolean
}

/** The resource that was made; `failure` is AWS's refusal of a later step. */
export interface Made {
  readonly resource: Declared
  readonly failure?: unknown
}

/** @throws AwsError if AWS refuses and nothing was made. */
export async function create(cloud: ProviderCloud, target: Target, inputs: Properties): Promise<Made> {
  const row = rowOf(target.type)
  checkInputs(row, inputs)
  const urn = freeKey(cloud.ledger, target.urn)
  const declaration = declarationOf(cloud, row, { ...target, urn }, inputs)
  const made = await make(cloud, row, declaration, 'create', target.provider)
  // If something exists already, AWS mostly refuses. Where it accepts (an inline policy, an alarm), the existing one is overwritten.
  const { id, account, region } = made.resource
  const same = findIn(cloud.ledger, { row, urn: target.urn, id, account, region, inputs })
  await cloud.ledger.put(same ? { ...made.resource, urn: same.urn } : made.resource)
  useKey(cloud.ledger, urn)
  cloud.observe?.({ kind: 'change', operation: 'create', type: row.type, id })
  return made
}

/** @throws AwsError if AWS refuses and nothing was changed, or if the resource no longer exists. */
export async function update(cloud: ProviderCloud, target: Target, known: Known, inputs: Properties): Promise<Made> {
  const row = rowOf(target.type)
  checkInputs(row, inputs)
  const current = find(cloud, row, target, known)
  if (!current)
    throw new AwsError('NotFound', `${target.type} "${known.id}" does not exist in ${target.provider.account}`, 404)
  const declaration = declarationOf(cloud, row, { ...target, urn: current.urn }, inputs, current)
  const made = await make(cloud, row, declaration, 'update', target.provider)
  await cloud.ledger.put(made.resource)
  cloud.observe?.({ kind: 'change', operation: 'update', type: row.type, id: known.id })
  return made
}

async function make(
  cloud: ProviderCloud,
  row: ResourceType,
  declaration: Declaration,
  operation: 'create' | 'update',
  provider: Provider,
): Promise<Made> {
  const situation = situationOf(declaration)
  const calls = callsOf(cloud, row, operation, situation)
  const allow = (permissions: typeof calls) => requireAll(cloud, permissions, situation, provider.session)
  await allow(calls.filter(({ sets }) => sets === undefined))
  const { afterwards = [], ...first } = row
  const resource = await declare({ ...declaration, row: first })
  // From here on, a refusal by AWS leaves a resource without the refused step and without the steps after it.
  const steps: readonly Step[] = [
    ...calls.flatMap((call) => (call.sets ? [{ sets: call.sets, run: () => allow([call]) }] : [])),
    ...afterwards.map(({ inputs, refuse }) => ({ sets: inputs, run: async () => refuse(situation) })),
  ].sort((one, other) => Number(one.sets.length === 0) - Number(other.sets.length === 0))
  for (const [index, { run }] of steps.entries()) {
    try {
      await run()
    } catch (failure) {
      const undone = steps.slice(index).flatMap(({ sets }) => sets)
      return { resource: undone.length > 0 ? without(declaration, undone) : resource, failure }
    }
  }
  return { resource }
}

interface Step {
  /** The inputs that the step sets. */
  readonly sets: readonly string[]
  readonly run: () => Promise<void>
}

/** The resource when a step was refused: the inputs that the step was to set have their previous values. */
function without(declaration: Declaration, names: readonly string[]): Declared {
  const kept = Object.entries(declaration.inputs).filter(([name]) => !names.includes(name))
  const before = names.flatMap((name) => {
    const value = declaration.current?.inputs[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const partial = { ...declaration, inputs: Object.fromEntries([...kept, ...before]) }
  return answered(partial, situationOf(partial))
}

/**
 * Reads the resource as AWS would return it.
 * @returns undefined if there is no such resource
 */
export async function read(cloud: ProviderCloud, target: Target, known: Known): Promise<Declared | undefined> {
  const row = rowOf(target.type)
  const { session } = target.provider
  const found = find(cloud, row, target, known)
  if (!found) {
    await requireAbsentRead(cloud, row, situationAt(cloud, row, target, known.inputs ?? {}), session)
    return undefined
  }
  await requireOperation(cloud, row, 'read', situationAt(cloud, row, target, found.inputs, found), session)
  return found
}

/**
 * Deletes a resource. It is no error if it was deleted before.
 * @returns the resource that existed
 * @throws AwsError while others depend on it
 */
export async function remove(cloud: ProviderCloud, target: Target, known: Known): Promise<Declared | undefined> {
  const { ledger } = cloud
  const row = rowOf(target.type)
  const found = find(cloud, row, target, known)
  if (!found) return undefined
  await requireOperation(
    cloud,
    row,
    'delete',
    situationAt(cloud, row, target, found.inputs, found),
    target.provider.session,
  )
  row.refuseDelete?.(found, ledger, cloud.organization)
  const [holder] = heldBy(row, found, ledger, findRow)
  if (holder)
    throw new AwsError(
      row.heldCode ?? 'DependencyViolation',
      `${found.id} has a dependent object: ${holder.id} (${holder.type}), declared as ${holder.urn}`,
    )
  await ledger.delete(found.urn)
  cloud.observe?.({ kind: 'change', operation: 'delete', type: row.type, id: known.id })
  return found
}

/** The outputs that an update would have. It changes nothing and refuses nothing, because a preview does not call AWS. */
export function foreseen(
  cloud: ProviderCloud,
  target: Target,
  known: Known,
  inputs: Properties,
): Properties | undefined {
  const row = rowOf(target.type)
  const current = find(cloud, row, target, known)
  if (!current) return undefined
  const declaration = declarationOf(cloud, row, { ...target, urn: current.urn }, inputs, current)
  return answered(declaration, situationOf(declaration)).outputs
}

function find(
  { ledger }: ProviderCloud,
  row: ResourceType,
  { urn, provider: { account, region } }: Target,
  { id, inputs, imported }: Known,
): Declared | undefined {
  if (imported) return findImported(ledger, { row, id, account, region })
  const where = typeof inputs?.region === 'string' ? inputs.region : region
  return findIn(ledger, { row, urn, id, account, region: where, ...(inputs && { inputs }) })
}

function declarationOf(
  { ledger, organization, authorize }: ProviderCloud,
  row: ResourceType,
  { urn, provider: { account, region } }: Target,
  inputs: Properties,
  current?: Declared,
): Declaration {
  return {
    row,
    urn,
    inputs,
    account,
    // A global resource stays in the region in which it was first made.
    region: current?.region ?? region,
    ledger,
    organization,
    options: NO_OPTIONS,
    ...(current && { current }),
    ...(authorize && { authorize }),
  }
}

const situationAt = (
  cloud: ProviderCloud,
  row: ResourceType,
  target: Target,
  inputs: Properties,
  found?: Declared,
): Situation => situationOf(declarationOf(cloud, row, { ...target, urn: found?.urn ?? target.urn }, inputs, found))
