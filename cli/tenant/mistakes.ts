/** The mistakes in a folder's stack files: in each file, between tenants, and between a tenant and its hub. */

import { limitsOfSettings } from '../../shared/hub-limits.ts'
import { DEFAULT_LISTENER_RULES } from '../../shared/load-balancer-quotas.ts'
import type { HubSettings } from '../../shared/settings.ts'
import { tenancyMistakes } from '../../shared/tenants-together.ts'
import { mistakesAgainstHub } from '../../spoke/preflight/against-hub.ts'
import { messageOf } from '../verb.ts'
import { readHub, type SpokeFile, type StackFiles } from './stack-files.ts'

/** AWS's default quotas, for a hub whose file is not in this folder. */
const DEFAULT_CONCURRENCY = 1_000

export function mistakesOf(files: StackFiles): readonly string[] {
  const hubs = Map.groupBy(files.spokes, ({ tenancy }) => tenancy.hubStack)
  return [
    ...files.mistakes,
    ...files.spokes.flatMap(({ settings }) => (settings.ok ? [] : [settings.mistake])),
    ...[...hubs].flatMap(([hubStack, members]) => ofHub(files, hubStack, members)),
  ]
}

function ofHub(files: StackFiles, hubStack: string, members: readonly SpokeFile[]): readonly string[] {
  const mistakes: string[] = []
  let hub: HubSettings | undefined
  try {
    hub = readHub(files, hubStack)
  } catch (error) {
    mistakes.push(messageOf(error))
  }
  const limits = hub
    ? limitsOfSettings(hub)
    : { concurrencyLimit: DEFAULT_CONCURRENCY, listenerRules: DEFAULT_LISTENER_RULES }
  mistakes.push(
    ...tenancyMistakes(
      members.map(({ tenancy }) => tenancy),
      limits,
    ),
  )
  if (hub)
    for (const { settings } of members) if (settings.ok) mistakes.push(...mistakesAgainstHub(settings.value, hub))
  return mistakes
}
