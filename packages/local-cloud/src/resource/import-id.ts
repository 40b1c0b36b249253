/** What the ids are made of that resources are imported by. */
import type { Properties } from '../ledger/ledger.ts'
import { text } from './values.ts'

/** One part of an id; nothing where the resource has none. */
export const idPart = (from: Properties, name: string): string => text(from, name) ?? ''
