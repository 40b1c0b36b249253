/** What both engines do with a row: check the inputs, call `refuse`, and take the answer. */
import { createHash } from 'node:crypto'
import { AwsError, UnsupportedError } from '../errors.ts'
import type { Authorize } from '../iam/authorize.ts'
import type { Declared, LedgerView, Properties, Value } from '../ledger/ledger.ts'
import type { Index } from '../ledger/ledger-index.ts'
import type { Organization } from '../organization.ts'
import type { ResourceType, Situation } from './resource-type.ts'
import { checkValues } from './value-constraints.ts'
import { text } from './values.ts'

export interface Declaration {
  readonly row: ResourceType
  readonly urn: string
  readonly inputs: Properties
  readonly account: string
  /** The provider's region, unless the input `region` names another. */
  readonly region: string
  readonly ledger: LedgerView
  readonly organization: Organization
  /** The existing resource, for an update in place. */
  readonly current?: Declared
  readonly authorize?: Authorize
  readonly options: Declared['options']
}

/** The suffix of a resource's URN after its stack gave it up without deleting it. */
export const RETAINED = '#retained'

/** Looks up a retained resource by the URN that it had. */
const RETAINED_BY_URN: Index = {
  keysOf: ({ urn }) => (urn.endsWith(RETAINED) ? [urn.slice(0, urn.indexOf('#', urn.lastIndexOf('::')))] : []),
}

/** Inputs that every resource has since version 7 of the AWS provider. */
const EVERYWHERE: ReadonlySet<string> = new Set(['region'])

/** @throws AwsError as AWS refuses; UnsupportedError for what this row does not support. */
export async function declare(declaration: Declaration): Promise<Declared> {
  const { row, inputs } = declaration
  checkInputs(row, inputs)
  const situation = situationOf(declaration)
  await row.refuse?.(situation)
  for (const step of row.afterwards ?? []) await step.refuse(situation)
  checkValues(row.type, inputs)
  return answered(declaration, situation)
}

/** The resource that goes into the ledger, if nothing has refused. */
export function answered({ row, urn, inputs, account, options }: Declaration, situation: Situation): Declared {
  const { id, outputs } = row.answer(situation)
  const { current } = situation
  const tags = row.inputs.includes('tags') ? { tagsAll: inputs.tags ?? {} } : {}
  const { region } = situation
  return {
    urn,
    type: row.type,
    // An update keeps the engine's id, even where AWS's id changes (a record of another type).
    id: current?.id ?? id,
    account,
    region,
    inputs,
    outputs: { region, ...inputs, ...tags, ...outputs },
    options,
  }
}

/** The changed inputs, or paths inside an input, that replace the resource. Empty: the resource is updated in place. */
export function replacedBy(row: ResourceType, inputsBefore: Properties, inputsAfter: Properties): readonly string[] {
  const before = { ...row.defaults, ...inputsBefore }
  const after = { ...row.defaults, ...inputsAfter }
  const always = [...row.replaces, ...EVERYWHERE].filter((name) => !isSame(before[name], after[name]))
  return [...always, ...(row.replacesWhen?.(before, after) ?? [])]
}

/** Whether two values are equal for AWS. A list of texts counts as a set, in all known types. */
export function isSame(one: Value | undefined, other: Value | undefined): boolean {
  if (isTexts(one) && isTexts(other)) return canonical([...one].sort()) === canonical([...other].sort())
  return canonical(one) === canonical(other)
}

const isTexts = (value: Value | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/** @throws UnsupportedError that names an unknown input; AwsError for a missing one. */
export function checkInputs(row: Pick<ResourceType, 'type' | 'inputs' | 'required'>, inputs: Properties): void {
  const [problem] = inputProblems(row, inputs)
  if (problem?.missing)
    throw new AwsError('MissingParameter', `The request must contain the parameter ${problem.property}`)
  if (problem) throw new UnsupportedError(`the input "${problem.property}" of ${row.type}`)
}

export interface InputProblem {
  /** The path of the input: `vpcConfig.subnetIds`. */
  readonly property: string
  /** Whether the input is required and missing; otherwise it is given and unknown. */
  readonly missing: boolean
}

/** All unknown inputs, and all required ones that are missing. */
export function inputProblems(
  row: Pick<ResourceType, 'inputs' | 'required'>,
  inputs: Properties,
): readonly InputProblem[] {
  const given = Object.entries(inputs).filter(([name, value]) => value !== null && !EVERYWHERE.has(name))
  const missing = (row.required ?? []).filter((name) => inputs[name] === undefined || inputs[name] === null)
  return [
    ...given.flatMap(([name, value]) => unknownInputs(row.inputs, name, value)).map(asProblem(false)),
    ...missing.map(asProblem(true)),
  ]
}

const asProblem = (missing: boolean) => (property: string) => ({ property, missing })

function unknownInputs(known: readonly string[], path: string, value: Value): readonly string[] {
  const inside = known.some((name) => name.startsWith(`${path}.`))
  if (!inside) return known.includes(path) ? [] : [path]
  const items = Array.isArray(value) ? value : [value]
  return items.flatMap((item: Value) =>
    typeof item === 'object' && item !== null
      ? Object.entries(item).flatMap(([name, nested]) =>
          nested === null ? [] : unknownInputs(known, `${path}.${name}`, nested),
        )
      : [],
  )
}

export function situationOf(declaration: Omit<Declaration, 'options'>): Situation {
  const { row, urn, inputs, account, ledger, organization, current, authorize } = declaration
  const region = text(inputs, 'region') ?? declaration.region
  // A resource that a stack gave up without deleting it still has its id.
  const retained = ledger.lookUp(RETAINED_BY_URN, urn)
  const material = canonical([
    urn,
    account,
    region,
    retained.length,
    ...row.replaces.map((name) => inputs[name] ?? null),
  ])
  return {
    urn,
    // The suffix after `#` distinguishes resources with the same URN, such as a replacement and the resource that it replaces.
    name: urn.slice(urn.lastIndexOf('::') + 2).replace(/#\w+$/, ''),
    account,
    region,
    inputs,
    ledger,
    organization,
    ...(current && { current }),
    ...(authorize && { authorize }),
    stableToken: (length, salt = '') =>
      createHash('sha256').update(salt).update('\n').update(material).digest('hex').slice(0, length),
  }
}

/** Ids and ARNs are not longer than this. A longer text is a document. */
const LONGEST_ID = 2048

/** Looks up resources by a text in their inputs, through which they may refer to another resource. Tags are left out. */
const BY_TEXT: Index = {
  keysOf: ({ inputs }) => Object.entries(inputs).flatMap(([name, value]) => (name === 'tags' ? [] : textsIn(value))),
}

function textsIn(value: Value): readonly string[] {
  if (typeof value === 'string') return value.length > LONGEST_ID ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** The resources that prevent the deletion of a resource, because they have its id in an input. */
export function heldBy(
  row: ResourceType,
  resource: Declared,
  ledger: LedgerView,
  rowOf: (type: string) => ResourceType | undefined,
): readonly Declared[] {
  const ids = new Set([resource.id])
  for (const output of row.heldByOutputs ?? ['arn']) ids.add(text(resource.outputs, output) ?? resource.id)
  // The same name in another account belongs to another resource; an ARN does not.
  const elsewhere = new Set(ids)
  if (row.named !== undefined) elsewhere.delete(resource.id)
  const naming = new Set([...ids].flatMap((id) => ledger.lookUp(BY_TEXT, id)))
  return [...naming].filter((other) => {
    if (other.urn === resource.urn) return false
    const releases = rowOf(other.type)?.releases ?? []
    if (releases === 'all') return false
    return Object.entries(other.inputs).some(([name, value]) => {
      if (name === 'tags') return false
      const through = row.heldThrough?.includes(`${other.type}.${name}`) ?? !releases.includes(name)
      return through && containsAny(value, other.account === resource.account ? ids : elsewhere)
    })
  })
}

function containsAny(value: Value, ids: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return ids.has(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((nested) => containsAny(nested, ids))
}

/** JSON with sorted keys and without undefined values, so that equal values give equal texts. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const entries = Object.entries(value).filter(([, nested]) => nested !== undefined && nested !== null)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, nested]) => `${JSON.stringify(name)}:${canonical(nested)}`).join(',')}}`
}
