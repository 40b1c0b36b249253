/** The rules as the CLI's policies: the same rules, given what the engine knows of a stack. */
import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from '@pulumi/policy'
import { isMap } from '../../shared/is-map.ts'
import type { Resource, Rule, Violation } from '../resource.ts'

/** Inputs by URN: the engine gives a stack's policies what providers answered, which is more than what was declared. */
export type Declared = Map<string, Pick<Resource, 'inputs' | 'unknown'>>

export const asPolicies = (rules: readonly Rule[], declared: Declared = new Map()): Policies =>
  rules.map((rule) => (rule.scope === 'resource' ? resourcePolicy(rule, declared) : stackPolicy(rule, declared)))

const about = ({ name, says, remedy }: Rule) =>
  ({ name, description: says, remediationSteps: remedy, enforcementLevel: 'mandatory' }) as const

const messageOf = (rule: Rule, { message }: Violation) => `${message} ${rule.remedy}`

function resourcePolicy(rule: Rule, declared: Declared): ResourceValidationPolicy {
  return {
    ...about(rule),
    validateResource: ({ urn, type, name, props }, report) => {
      const known = readKnown(props)
      declared.set(urn, known)
      const resource: Resource = { urn, type, name, references: {}, ...known }
      for (const violation of rule.check([resource])) report(messageOf(rule, violation), violation.urn)
    },
  }
}

function stackPolicy(rule: Rule, declared: Declared): StackValidationPolicy {
  return {
    ...about(rule),
    validateStack: ({ resources }, report) => {
      const stack = resources.map(({ urn, type, name, props, propertyDependencies }): Resource => {
        const references = Object.entries(propertyDependencies).map(
          ([property, others]) => [property, others.map((other) => other.urn)] as const,
        )
        // One that the program did not register, as in an update of some resources only, is taken as it stands.
        return {
          urn,
          type,
          name,
          references: Object.fromEntries(references),
          ...(declared.get(urn) ?? readKnown(props)),
        }
      })
      for (const violation of rule.check(stack)) report(messageOf(rule, violation), violation.urn)
    },
  }
}

/** Reading an unknown value throws: what is known is kept, and where something is not is written down. */
export function readKnown(properties: object): Pick<Resource, 'inputs' | 'unknown'> {
  const unknown: string[] = []
  const inputs = read(properties, '', unknown)
  return { inputs: isMap(inputs) ? inputs : {}, unknown }
}

function read(value: unknown, path: string, unknown: string[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.keys(value).flatMap((key) => {
    const inner = path === '' ? key : `${path}.${key}`
    try {
      return [[key, read((value as Record<string, unknown>)[key], inner, unknown)] as const]
    } catch {
      unknown.push(inner)
      return []
    }
  })
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}
