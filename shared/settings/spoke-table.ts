/** A spoke's settings, one by one. The checks between them are in spoke.ts. */
import { SPOKE_PREFIXES } from '../addressing.ts'
import { takesGuardrail } from '../guardrail.ts'
import { MOST_IN_CHAIN } from '../model-chain.ts'
import { NO_ARNS } from '../policies/models.ts'
import { type Compute, DRAIN_SECONDS, TASK_TIER_CHOICES, TASK_TIERS, TIER_CHOICES, TIERS } from '../settings.ts'
import { MODEL_NAME, TENANT_ID } from '../tenant.ts'
import { accountSetting, IMAGE, none, profileSetting, roleArnSetting } from './common.ts'
import { guardrail } from './guardrail.ts'
import { limits } from './limits.ts'
import { machineIssuers } from './machine-issuers.ts'
import { Refused } from './refused.ts'
import type { Setting } from './setting.ts'
import { MEMORY_OF_CPU, parseTier, type TierChoice } from './tier.ts'
import { integerIn, listOf, mapOf, matching, oneOf, PRIVATE_RANGES_TEXT, privateCidr, trueOrFalse } from './values.ts'

/** A model or inference profile id: a provider, a dot, a name; a region's prefix may come first. */
export const MODEL_ID = /^(?=.{3,140}$)([a-z]{2,10}(-[a-z]{2,10})?\.)?[a-z0-9-]+\.[a-z0-9][A-Za-z0-9._:-]*$/

const role: Setting<'spoke'> = {
  type: '`spoke`',
  meaning: 'Which program the stack runs.',
  allowed: 'hub or spoke.',
  placeholder: '{ROLE}',
  fallback: 'required',
  parse: oneOf(['spoke']),
}

const hubStack: Setting<string | undefined> = {
  type: 'text',
  meaning: "Name of the hub's stack in full.",
  allowed: 'ORGANIZATION/PROJECT/STACK; the file backend calls its organization "organization".',
  placeholder: '{ORGANIZATION}/{PROJECT}/{STACK}',
  fallback: { value: undefined, text: 'stack `hub` of this organization and project' },
  parse: matching(/^[\w.-]{1,100}\/[\w.-]{1,100}\/[\w.-]{1,100}$/, 'the full name of a stack'),
}

const tenantId: Setting<string> = {
  type: 'text',
  meaning: "The tenant's id: in its path, its names, its users' tokens.",
  allowed: 'a lower-case letter, then 1 to 19 lower-case letters and digits.',
  placeholder: '{ID}',
  fallback: 'required',
  parse: matching(TENANT_ID, "a tenant's id"),
}

const cidrBlock: Setting<string> = {
  type: 'CIDR block',
  meaning: "Addresses of the tenant's VPC.",
  allowed: `a block of /${SPOKE_PREFIXES.largest} to /${SPOKE_PREFIXES.smallest} in ${PRIVATE_RANGES_TEXT}, inside of the hub's spokesCidrBlock, that no other tenant has.`,
  placeholder: '{BLOCK}',
  fallback: 'required',
  parse: privateCidr(SPOKE_PREFIXES.largest, SPOKE_PREFIXES.smallest),
}

const availabilityZoneIds: Setting<readonly string[]> = {
  type: 'list of text',
  meaning:
    "Zones of the spoke, by their ids, which are the same in every account, each one of the hub's. Add new ones at the end: the order decides the subnets' addresses.",
  allowed: 'one to three different zone ids, such as use1-az1.',
  entries: 'list',
  placeholder: '{ZONE}',
  fallback: 'required',
  parse: listOf(matching(/^[a-z]{2,5}\d-az\d$/, 'the id of an availability zone'), 1, 3),
}

/** One of the tenant's models. */
export interface TenantModel {
  /** A model or inference profile id. */
  readonly id: string
  /** Asked in this order when Bedrock has no capacity for the first. */
  readonly fallbacks?: readonly string[]
  /** Tokens of an answer to a caller of OpenAI's API who names no number. @default 8,192, or the model's maximum */
  readonly maxTokens?: number
}

const MAX_TOKENS = integerIn(1, 131_072)

const models: Setting<Readonly<Record<string, TenantModel>>> = {
  type: 'map of text, of lists, or of maps',
  meaning:
    'The names that the tenant may use → Bedrock model or inference profile ids, or lists of them: the next one is asked when Bedrock throttles the one before, or does not have it ready or available (docs/governance.md). Or a map of id (one or a list) and maxTokens: the answer’s length for callers of OpenAI’s API who name none.',
  allowed: `1 to 20 names of lower-case letters, digits, dots and hyphens (at most 64), each with a model or inference profile id, a list of up to ${MOST_IN_CHAIN} of them, or a map of id (one or a list) and maxTokens (1 to 131072).`,
  entries: 'map',
  placeholder: '{MODEL}',
  fallback: 'required',
  parse: parseModels,
}

const defaultModel: Setting<string | undefined> = {
  type: 'text',
  meaning: 'The model for a request that names none.',
  allowed: 'one of the names in models.',
  placeholder: '{NAME}',
  fallback: { value: undefined, text: 'the only one, where models has one' },
  parse: matching(MODEL_NAME, 'a name that models may have'),
}

export const modelRegions: Setting<Readonly<Record<string, readonly string[]>>> = {
  type: 'map of lists of text',
  meaning:
    'Where requests to inference profiles of a geography may go, when AWS has one that this project does not know, or other regions: the first part of the profile ids → regions.',
  allowed: '1 to 20 geographies such as us or apac, each with a list of 1 to 20 different regions.',
  entries: 'map',
  placeholder: '["{REGION}"]',
  fallback: { value: {}, text: 'a list of November 2026' },
  parse: parseModelRegions,
}

const compute: Setting<Compute['kind']> = {
  type: '`lambda` or `fargate`',
  meaning:
    'What runs the gateway for this tenant: a Lambda function, or tasks on Fargate, whose answers stream and whose bodies may be larger than 1 MB. Fargate needs a hub with `fargate: true`.',
  allowed: 'lambda or fargate.',
  placeholder: '{COMPUTE}',
  fallback: { value: 'lambda', text: '`lambda`' },
  parse: oneOf(['lambda', 'fargate']),
}

const gatewayImage: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "With `compute: fargate`: an image of your own pipeline, in the hub's repository (tasks reach no other). Without it, the one that `npm run genai -- image --aws` has put there for this version.",
  allowed: 'a repository and a digest, REPOSITORY@sha256:DIGEST.',
  placeholder: '{REPOSITORY}@sha256:{DIGEST}',
  fallback: none,
  parse: matching(IMAGE, 'a repository and a digest'),
}

const tier: Setting<TierChoice> = {
  type: 'text, or a map of whole numbers',
  meaning:
    `Size of what runs the tenant's gateway. On Lambda: ${TIER_CHOICES}, or a map of memoryMegabytes, timeoutSeconds and reservedConcurrency; a request beyond the last figure gets a 502. ` +
    `On Fargate: ${TASK_TIER_CHOICES}, or a map of cpuUnits, memoryMegabytes, timeoutSeconds, minimumTasks and maximumTasks.`,
  allowed:
    `${Object.keys(TIERS).join(', ')}, or a map: for Lambda of memoryMegabytes (128 to 10240), timeoutSeconds (10 to 900) and reservedConcurrency (1 to 900); for Fargate of cpuUnits (${Object.keys(MEMORY_OF_CPU).join(', ')}), ` +
    `memoryMegabytes (what Fargate has for them), timeoutSeconds (10 to ${DRAIN_SECONDS}), minimumTasks and maximumTasks (2 to 100).`,
  placeholder: '{TIER}',
  fallback: { value: { lambda: TIERS.small, fargate: TASK_TIERS.small }, text: '`small`' },
  parse: parseTier,
}

const modelInvocationLogging: Setting<boolean> = {
  type: 'true or false',
  meaning:
    "Records prompts and answers in the tenant's account. One per account and region: an existing one is never overwritten.",
  allowed: 'true or false.',
  placeholder: '{true or false}',
  fallback: { value: false, text: '`false`' },
  parse: trueOrFalse,
}

/** Every setting of a spoke stack, in the order of docs/settings.md. */
export const SPOKE_TABLE = {
  role,
  hubStack,
  tenantId,
  account: accountSetting("The tenant's AWS account."),
  roleArn: roleArnSetting("Role in the tenant's account to deploy with; without it, the credentials at hand."),
  profile: profileSetting("Profile to take the tenant's account's credentials from."),
  hubRoleArn: roleArnSetting('Role to assume the onboarding role from: one of the deployers of the hub.'),
  hubProfile: profileSetting('Profile to assume the onboarding role from.'),
  cidrBlock,
  availabilityZoneIds,
  models,
  defaultModel,
  modelRegions,
  compute,
  tier,
  gatewayImage,
  modelInvocationLogging,
  machineIssuers,
  limits,
  guardrail,
} as const

function parseModels(raw: string): Readonly<Record<string, TenantModel>> {
  const entries = mapOf(raw)
  if (entries.length < 1 || entries.length > 20) throw new Refused(`it has ${entries.length} names.`)
  const parseName = matching(MODEL_NAME, 'a name that models may have')
  return Object.fromEntries(
    entries.map(([name, value]) => {
      // A name that is wrong is not changed by setting another: the old one stays.
      parseName(name)
      try {
        return [name, parseModel(name, value)]
      } catch (error) {
        throw Refused.at(`["${name}"]`, error)
      }
    }),
  )
}

function parseModelId(id: string): string {
  if (id.startsWith('arn:')) throw new Refused(`"${id}" is an ARN. ${NO_ARNS}`)
  return matching(MODEL_ID, 'a model or inference profile id')(id)
}

function parseModel(name: string, value: unknown): TenantModel {
  if (typeof value === 'string' || Array.isArray(value)) return parseChain(name, value)
  if (typeof value !== 'object' || value === null) {
    throw new Refused(`"${name}" is given something that is neither text, list nor map.`)
  }
  const { id, maxTokens, ...others } = value as Readonly<Record<string, unknown>>
  const [extra] = Object.keys(others)
  if (extra !== undefined) throw new Refused(`"${name}" has the unknown entry "${extra}".`)
  if (id === undefined) throw new Refused(`"${name}" has no id.`)
  return { ...parseChain(name, id), ...(maxTokens !== undefined && { maxTokens: MAX_TOKENS(String(maxTokens)) }) }
}

/** An id, or a list of them. */
function parseChain(name: string, value: unknown): Pick<TenantModel, 'id' | 'fallbacks'> {
  const ids = (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (typeof one !== 'string') throw new Refused(`"${name}" has an id that is not text.`)
    return parseModelId(one)
  })
  const [id, ...fallbacks] = ids
  if (id === undefined || ids.length > MOST_IN_CHAIN) throw new Refused(`"${name}" has ${ids.length} ids.`)
  const twice = ids.find((one, index) => ids.indexOf(one) !== index)
  if (twice !== undefined) throw new Refused(`"${name}" has "${twice}" twice.`)
  const embeds = ids.find((one) => !takesGuardrail(one))
  if (fallbacks.length > 0 && embeds !== undefined)
    throw new Refused(`"${name}" has "${embeds}" in a list: vectors of two models are not compared.`)
  return { id, ...(fallbacks.length > 0 && { fallbacks }) }
}

const GEOGRAPHY = /^[a-z]{2,10}(-[a-z]{2,10})?$/
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/

function parseModelRegions(raw: string): Readonly<Record<string, readonly string[]>> {
  const entries = mapOf(raw)
  if (entries.length < 1 || entries.length > 20) throw new Refused(`it has ${entries.length} geographies.`)
  const parseGeography = matching(GEOGRAPHY, 'the first part of a profile id')
  const parseRegions = listOf(matching(REGION, 'the name of a region'), 1, 20)
  return Object.fromEntries(
    entries.map(([geography, regions]) => {
      parseGeography(geography)
      try {
        return [geography, parseRegions(JSON.stringify(regions))]
      } catch (error) {
        throw new Refused(`${geography}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }),
  )
}
