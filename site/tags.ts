/** Tags for cost allocation. A client serves all tenants, so they name none. */
import { PREFIX, type Tags } from '../shared/naming.ts'

export type SiteTags = Readonly<Omit<Tags, 'tenant'>>

export const named = (tags: SiteTags): Readonly<Record<string, string>> => ({ ...tags, Name: `${PREFIX}-site` })
