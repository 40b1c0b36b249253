/** Tags for cost allocation, on everything in the hub that takes them. A shared resource has no tenant. */
import { PREFIX, type Tags } from '../shared/naming.ts'

export type HubTags = Readonly<Omit<Tags, 'tenant'>>

/** `Name` is what the console shows for what has no name of its own. */
export function named(tags: HubTags, part: string): Readonly<Record<string, string>> {
  return { ...tags, Name: `${PREFIX}-hub-${part}` }
}
