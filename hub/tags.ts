/** Tags for cost allocation, on every resource of the hub that takes tags. A shared resource has no tag for a tenant. */
import { PREFIX, type Tags } from '../shared/naming.ts'

export type HubTags = Readonly<Omit<Tags, 'tenant'>>

/** The console shows the tag `Name` for resources that have no name of their own. */
export function named(tags: HubTags, part: string): Readonly<Record<string, string>> {
  return { ...tags, Name: `${PREFIX}-hub-${part}` }
}
