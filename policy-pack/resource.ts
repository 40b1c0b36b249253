/** The input of the rules: declared resources, whether the program runs in the policy pack or in a test without the CLI. */
import { isMap } from '../shared/is-map.ts'

export interface Resource {
  readonly urn: string
  /** Pulumi type token, `aws:ec2/vpc:Vpc`. */
  readonly type: string
  readonly name: string
  /** The inputs; an input that is not known yet is absent. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** For each property the URNs of the resources from which its value comes. They are known even while the value is not. */
  readonly references: Readonly<Record<string, readonly string[]>>
  /** Paths of inputs that are declared, but not known before the deployment: `policy`, `ingress.0.cidrBlocks`. */
  readonly unknown: readonly string[]
}

export interface Violation {
  readonly urn: string
  readonly message: string
}

export interface Rule {
  /** The rule's name in `kebab-case`, under which an exception would be made. */
  readonly name: string
  /** The rule, in one sentence. */
  readonly says: string
  /** What to do about a violation. */
  readonly remedy: string
  /**
   * `resource`: each resource is checked separately, so that it can be refused before it is made, when its inputs are known. `stack`: the check
   * needs several resources, and runs when all are declared.
   */
  readonly scope: 'resource' | 'stack'
  readonly check: (resources: readonly Resource[]) => readonly Violation[]
}

export const violation = ({ urn }: Resource, message: string): Violation => ({ urn, message })

/** The resources of one type or several. */
export const ofType = (resources: readonly Resource[], ...types: readonly string[]) =>
  resources.filter(({ type }) => types.includes(type))

/** Whether a property's value comes from the other resource. */
export const refersTo = (resource: Resource, property: string, other: Resource): boolean =>
  resource.references[property]?.includes(other.urn) ?? false

export const asMap = (value: unknown): Readonly<Record<string, unknown>> => (isMap(value) ? value : {})
export const asList = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
export const asTexts = (value: unknown): readonly string[] =>
  asList(value).filter((item): item is string => typeof item === 'string')

/** A declared input that is unknown, completely or in part, is checked when it is known. */
export const isUnknown = ({ unknown }: Resource, property: string): boolean =>
  unknown.some((path) => path === property || path.startsWith(`${property}.`))

export const tagsOf = (resource: Resource) => asMap(resource.inputs.tags)

/**
 * A value in the form in which a message may contain it. Values may be secret, and a rule cannot know that. So only texts with the form of a
 * public name (an action, an ARN, a CIDR block, a word) are repeated.
 */
export function shown(value: unknown): string {
  const text = String(value)
  return SHAPES.some((shape) => shape.test(text)) ? `"${text}"` : 'a value that is not shown'
}
const SHAPES = [
  /^[a-z0-9-]{1,40}:[A-Za-z*?]{1,80}$/,
  /^arn:[a-z-]{0,12}[*?]?:[a-z0-9*?-]{0,40}:[a-z0-9*?-]{0,24}:[0-9a-z*?]{0,14}:[\w/:.*?${}@+=,-]{1,160}$/,
  /^[0-9a-f:.]{2,45}\/\d{1,3}$/,
  /^ELBSecurityPolicy-[A-Za-z0-9-]{1,60}$/,
  /^[A-Z]{2,8}$/,
  /^[*?]{1,2}$/,
]
