/** Declared resources as the rules take them: what a property's value comes from is found by the values themselves. */
import type { Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import type { Resource } from '../../policy-pack/resource.ts'

export function asResources(ledger: Ledger, stack: string): readonly Resource[] {
  const declared = ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))
  const owners = new Map<string, string[]>()
  for (const { urn, type, id, outputs } of declared) {
    // A role is referred to by its name; that of others may be anybody's.
    const name = type === 'aws:iam/role:Role' ? outputs.name : undefined
    for (const value of new Set([id, outputs.arn, name])) {
      if (typeof value === 'string') owners.set(value, [...(owners.get(value) ?? []), urn])
    }
  }
  return declared.map((resource) => asResource(resource, owners))
}

function asResource({ urn, type, inputs }: Declared, owners: ReadonlyMap<string, readonly string[]>): Resource {
  const references = Object.entries(inputs).map(([property, value]) => {
    const urns = textsIn(value).flatMap((text) => owners.get(text) ?? [])
    return [property, urns.filter((owner) => owner !== urn)] as const
  })
  return {
    urn,
    type,
    name: urn.split('::').at(-1) ?? urn,
    inputs,
    references: Object.fromEntries(references),
    unknown: [],
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
