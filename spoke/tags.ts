import { PREFIX, type Tags } from '../shared/naming.ts'

/** Tags for cost allocation, in the form that resources take. */
export type TagMap = Readonly<Record<string, string>>

/** `Name` is what the console shows for what has no name of its own. */
export function tenantTags(tags: Required<Tags>): TagMap & { readonly Name: string } {
  return { ...tags, Name: `${PREFIX}-${tags.tenant}` }
}
