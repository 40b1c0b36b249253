/** What the rules look at: resources as a program declares them, whoever runs it (the policy pack, or a test without the CLI). */

export interface Resource {
  readonly urn: string
  /** Pulumi type token, `aws:ec2/vpc:Vpc`. */
  readonly type: string
  readonly name: string
  /** Inputs; one that is not known yet is absent. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** Property → URNs of the resources that its value comes from: known even while the value is not. */
  readonly references: Readonly<Record<string, readonly string[]>>
  /** Inputs that are declared, but not known before the deployment. */
  readonly unknown: readonly string[]
}

export interface Violation {
  readonly urn: string
  readonly message: string
}

export interface Rule {
  /** `kebab-case`: what an exception would be named by. */
  readonly name: string
  /** What holds, in one sentence. */
  readonly says: string
  readonly check: (resources: readonly Resource[]) => readonly Violation[]
}

export const violation = ({ urn }: Resource, message: string): Violation => ({ urn, message })

/** The resources of a type, or of several. */
export const ofType = (resources: readonly Resource[], ...types: readonly string[]) =>
  resources.filter(({ type }) => types.includes(type))

/** Whether a property's value comes from the other resource. */
export const refersTo = (resource: Resource, property: string, other: Resource): boolean =>
  resource.references[property]?.includes(other.urn) ?? false

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const asMap = (value: unknown): Readonly<Record<string, unknown>> => (isMap(value) ? value : {})
export const asList = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]
export const asTexts = (value: unknown): readonly string[] =>
  asList(value).filter((item): item is string => typeof item === 'string')

/** A declared input that is not known yet is judged when it is. */
export const isUnknown = (resource: Resource, property: string): boolean => resource.unknown.includes(property)

export const tagsOf = (resource: Resource) => asMap(resource.inputs.tags)
