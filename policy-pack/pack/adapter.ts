/** Runs the rules as policies of the Pulumi CLI. */
import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from '@pulumi/policy'
import { isMap } from '../../shared/is-map.ts'
import type { Resource, Rule, Violation } from '../resource.ts'

/**
 * Inputs by URN. The engine gives the providers' outputs to policies of a stack, which contain more than was declared, so the inputs are
 * remembered here.
 */
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
        // A resource that the program did not register, for example in an update of only some resources, is checked with the values that the
        // engine has.
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

/** Reading an unknown value throws. So known values are copied, and the paths of unknown ones are noted. */
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
