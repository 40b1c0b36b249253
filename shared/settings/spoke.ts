/** Reads a spoke's settings: the table's values, and the checks between them. */
import type { Compute, TaskTier, Tier } from '../compute.ts'
import type { SpokeSettings } from '../settings.ts'
import { neighbourMistakes } from '../shared-account.ts'
import { nearest, removeCommand } from './commands.ts'
import { accountOfRole, credentialsOf } from './common.ts'
import { HUB_TABLE } from './hub-table.ts'
import { limitsMistakes } from './of-spoke/limits.ts'
import { machineMistakes } from './of-spoke/machine-issuers.ts'
import { mistake, type Problem, type RawSettings, readTable, SettingsError, settled, type Values } from './setting.ts'
import { SITE_TABLE } from './site-table.ts'
import { SPOKE_PARTS, SPOKE_TABLE } from './spoke-table.ts'

type SpokeValues = Values<typeof SPOKE_TABLE>
type Refuse = (setting: keyof SpokeValues, got: string, meant?: string) => void

/**
 * @param defaultHubStack the value of `hubStack` if it is not set
 * @throws SettingsError with all mistakes
 */
export function readSpokeSettings(raw: RawSettings, stack: string, defaultHubStack: string): SpokeSettings {
  const values = readTable(SPOKE_TABLE, raw, {
    stack,
    otherRoles: [
      { name: 'hub', table: HUB_TABLE },
      { name: 'site', table: SITE_TABLE },
    ],
  })
  const problems: Problem[] = []
  const refuse: Refuse = (setting, got, meant) => {
    problems.push(mistake(stack, setting, SPOKE_TABLE[setting], got, { meant }))
  }
  if (values.roleArn !== undefined && accountOfRole(values.roleArn) !== values.account) {
    refuse('roleArn', `"${values.roleArn}" is not in the tenant's account ${values.account}.`)
  }
  const { guardrail } = values
  if (guardrail?.kind === 'existing' && guardrail.arn.split(':')[4] !== values.account)
    refuse('guardrail', `"${guardrail.arn}" is not in the tenant's account ${values.account}.`)
  for (const got of machineMistakes(values.machineIssuers, values)) refuse('machineIssuers', got)
  for (const got of limitsMistakes(values.limits ?? {}, values.models)) refuse('limits', got)
  problems.push(...networkMistakes(values, stack))
  if (values.sharedAccount) for (const got of neighbourMistakes(values)) refuse('sharedAccount', got)
  else if (values.sharedAccountWithoutLimits)
    refuse('sharedAccountWithoutLimits', 'it is true, and sharedAccount is not: the account is the tenant’s alone.')
  const defaultModel = defaultModelOf(values, refuse)
  const compute = computeOf(values, refuse)
  if (problems.length > 0 || defaultModel === undefined || compute === undefined)
    throw new SettingsError(stack, problems)
  return {
    ...settled(values, SPOKE_PARTS),
    hubStack: values.hubStack ?? defaultHubStack,
    credentials: credentialsOf(values.roleArn, values.profile),
    hubCredentials: credentialsOf(values.hubRoleArn, values.hubProfile),
    availabilityZoneIds: values.availabilityZoneIds ?? [],
    models: modelIds(values.models),
    ...modelFallbacks(values.models),
    ...modelMaxTokens(values.models),
    defaultModel,
    compute,
  }
}

export const modelIds = (models: SpokeValues['models']): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(models).map(([name, { id }]) => [name, id]))

export function modelFallbacks(models: SpokeValues['models']): Pick<SpokeSettings, 'fallbacks'> {
  const given = Object.entries(models).flatMap(([name, { fallbacks }]) =>
    fallbacks === undefined ? [] : [[name, fallbacks] as const],
  )
  return given.length === 0 ? {} : { fallbacks: Object.fromEntries(given) }
}

function modelMaxTokens(models: SpokeValues['models']): Pick<SpokeSettings, 'maxTokens'> {
  const given = Object.entries(models).flatMap(([name, { maxTokens }]) =>
    maxTokens === undefined ? [] : [[name, maxTokens] as const],
  )
  return given.length === 0 ? {} : { maxTokens: Object.fromEntries(given) }
}

function defaultModelOf({ models, defaultModel }: SpokeValues, refuse: Refuse): string | undefined {
  const names = Object.keys(models)
  if (defaultModel === undefined) {
    if (names.length === 1) return names[0]
    refuse('defaultModel', `it is not set, and models has ${names.length} names: ${names.join(', ')}.`)
    return undefined
  }
  if (Object.hasOwn(models, defaultModel)) return defaultModel
  refuse(
    'defaultModel',
    `"${defaultModel}" is not in models, which has ${names.join(', ')}.`,
    nearest(defaultModel, names),
  )
  return undefined
}

/** A tier for the other kind of compute, and an image without tasks, have no effect and are refused, because nobody would notice. */
function computeOf({ compute, tier, gatewayImage }: SpokeValues, refuse: Refuse): Compute | undefined {
  if (compute === 'lambda' && gatewayImage !== undefined)
    refuse('compute', 'it is lambda, and gatewayImage is set, which only tasks on Fargate run.')
  const fits = tier[compute]
  if (fits === undefined) {
    const other = compute === 'lambda' ? 'tasks on Fargate' : 'a function'
    refuse('tier', `it has the figures of ${other}, and compute is ${compute}.`)
    return undefined
  }
  return compute === 'lambda'
    ? { kind: compute, tier: tier.lambda as Tier }
    : { kind: compute, tier: tier.fargate as TaskTier, ...(gatewayImage !== undefined && { image: gatewayImage }) }
}

const OF_NETWORK = ['cidrBlock', 'availabilityZoneIds'] as const

/** A tenant with an endpoint of its own needs a network for it. A tenant at the hub's has none, so addresses would have no effect. */
function networkMistakes(values: SpokeValues, stack: string): readonly Problem[] {
  const { modelEndpoint } = values
  return OF_NETWORK.flatMap((name): readonly Problem[] => {
    const isSet = values[name] !== undefined
    if (modelEndpoint === 'own')
      return isSet ? [] : [mistake(stack, name, SPOKE_TABLE[name], 'it is not set, and modelEndpoint is own.')]
    if (!isSet) return []
    const got = 'it is set, and modelEndpoint is hub: the tenant has no network of its own.'
    return [{ ...mistake(stack, name, SPOKE_TABLE[name], got), fix: removeCommand(stack, name) }]
  })
}
