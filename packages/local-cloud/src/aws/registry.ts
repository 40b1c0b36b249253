/** All resource types and data sources that the local cloud knows, by token. */
import { UnsupportedError } from '../errors.ts'
import type { InvokeType, ResourceType } from '../resource/resource-type.ts'
import * as dataSources from './data-sources.ts'
import * as types from './resource-types.ts'

const rows: ReadonlyMap<string, ResourceType> = new Map(
  Object.values<ResourceType>(types).map((row) => [row.type, row]),
)

const invokes: ReadonlyMap<string, InvokeType> = new Map(
  Object.values<InvokeType>(dataSources).map((row) => [row.token, row]),
)

/** The row of a type; undefined if the local cloud does not know it. */
export const findRow = (type: string): ResourceType | undefined => rows.get(type)

/** @throws UnsupportedError that names the type. */
export function rowOf(type: string): ResourceType {
  const row = rows.get(type)
  if (!row) throw new UnsupportedError(`the resource type ${type}`)
  return row
}

/** @throws UnsupportedError that names the data source. */
export function invokeOf(token: string): InvokeType {
  const invoke = invokes.get(token)
  if (!invoke) throw new UnsupportedError(`the data source ${token}`)
  return invoke
}

/** Tokens of all resource types. */
export const resourceTypes = (): readonly string[] => [...rows.keys()]

/** Tokens of all data sources. */
export const invokeTokens = (): readonly string[] => [...invokes.keys()]
