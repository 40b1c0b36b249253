/** The settings `models` and `modelRegions`: the models that a tenant may call, their names, and the regions to which requests may go. */
import { takesGuardrail } from '../../guardrail.ts'
import { MOST_IN_CHAIN } from '../../model-chain.ts'
import { NO_ARNS } from '../../policies/models.ts'
import type { ModelPerimeter } from '../../policies/tenant-role.ts'
import { MODEL_NAME } from '../../tenant.ts'
import { Refused } from '../refused.ts'
import type { Setting } from '../setting.ts'
import { integerIn, listOf, mapOf, matching, oneOf } from '../values.ts'

/** A model or inference profile id: a provider, a dot, a name; a region's prefix may come first. */
export const MODEL_ID = /^(?=.{3,140}$)([a-z]{2,10}(-[a-z]{2,10})?\.)?[a-z0-9-]+\.[a-z0-9][A-Za-z0-9._:-]*$/

/** One of the tenant's models. */
export interface TenantModel {
  /** A model or inference profile id. */
  readonly id: string
  /** The ids that are called, in this order, when Bedrock has no capacity for the one before. */
  readonly fallbacks?: readonly string[]
  /**
   * The most tokens of an answer for callers of OpenAI's API who set no number.
   * @default 8,192, or the model's maximum
   */
  readonly maxTokens?: number
}

const MAX_TOKENS = integerIn(1, 131_072)

export const models: Setting<Readonly<Record<string, TenantModel>>> = {
  type: 'map of text, of lists, or of maps',
  meaning:
    'The names that the tenant may use, each with a Bedrock model or inference profile id, or a list of them: the next one of a list is asked when the one before is throttled, not ready or unavailable (docs/governance.md). A name may also have a map of id (one or a list) and maxTokens, the most tokens of an answer for callers of OpenAI’s API who set no number.',
  allowed: `1 to 20 names of lower-case letters, digits, dots and hyphens (at most 64), each with a model or inference profile id, a list of up to ${MOST_IN_CHAIN} of them, or a map of id (one or a list) and maxTokens (1 to 131072).`,
  entries: 'map',
  placeholder: '{MODEL}',
  fallback: 'required',
  parse: parseModels,
}

export const modelRegions: Setting<Readonly<Record<string, readonly string[]>>> = {
  type: 'map of lists of text',
  meaning:
    'The regions to which the inference profiles of a geography may send requests, by the first part of the profile ids (such as us). Needed only if AWS has a geography that this project does not know, or other regions.',
  allowed: '1 to 20 geographies such as us or apac, each with a list of 1 to 20 different regions.',
  entries: 'map',
  placeholder: '["{REGION}"]',
  fallback: { value: {}, text: 'a list of November 2026' },
  parse: parseModelRegions,
}

function parseModels(raw: string): Readonly<Record<string, TenantModel>> {
  const entries = mapOf(raw)
  if (entries.length < 1 || entries.length > 20) throw new Refused(`it has ${entries.length} names.`)
  const parseName = matching(MODEL_NAME, 'a name that models may have')
  return Object.fromEntries(
    entries.map(([name, value]) => {
      // A wrong name cannot be corrected by setting another: the wrong entry would stay.
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

/** An id, or a list of ids. */
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

export const modelPerimeter: Setting<ModelPerimeter> = {
  type: '`everyRegion` or `homeRegion`',
  meaning:
    'Where a request through an inference profile must show the tenant’s endpoint (`aws:SourceVpce`): in every region in which AWS checks it, or only in the hub’s region, from which it is sent. Set `homeRegion` if AWS does not pass this condition key on to other regions, which `genai doctor --aws --deployed` finds out; then print the guard rails again.',
  allowed: 'everyRegion or homeRegion.',
  placeholder: '{WHERE}',
  fallback: { value: 'everyRegion', text: '`everyRegion`' },
  parse: oneOf(['everyRegion', 'homeRegion']),
}
