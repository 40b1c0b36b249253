/** The tenant's settings that its gateway gets, as rows of the spoke's table: ../../gateway-settings.ts has them. */
import { type Row, TOLD, type ToldBy } from '../../gateway-settings.ts'
import type { Setting } from '../setting.ts'
import { defaultOf, describe } from '../shapes.ts'
import { limits } from './limits.ts'
import { machineIssuers } from './machine-issuers.ts'

type Rows = Readonly<Record<string, Row>>
type SettingsOf<T extends Rows> = { readonly [K in keyof Required<ToldBy<T>>]: Setting<ToldBy<T>[K]> }

/** Descriptions of the rows that have no simple shape. */
const OWN = { machineIssuers, limits } satisfies {
  readonly [K in keyof typeof TOLD as (typeof TOLD)[K] extends { readonly read: unknown } ? K : never]: unknown
}

/** @param own settings for the rows that have no simple shape */
export function toldSettings<T extends Rows>(rows: T, own: Readonly<Record<string, Setting<unknown>>>): SettingsOf<T> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => {
      if ('read' in row) return [name, own[name]]
      return [name, { ...describe(row), fallback: defaultOf(row.fallback) }]
    }),
  ) as unknown as SettingsOf<T>
}

export const TOLD_SETTINGS = toldSettings(TOLD, OWN)
