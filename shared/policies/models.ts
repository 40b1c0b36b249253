/**
 * Finds the resources against which AWS checks a call to a model id. For an inference profile these are the profile's own ARN, and the
 * foundation model's in the source region and in every region to which the profile may send a request.
 */
import type { PolicyStatement } from './document.ts'
import { destinationsOf, GEOGRAPHIES, type ModelRegions } from './geographies.ts'

/** A model id, or the id of a system-defined inference profile: a geography followed by the model id. */
export type Model =
  | { readonly kind: 'foundationModel'; readonly modelId: string }
  | {
      readonly kind: 'inferenceProfile'
      readonly geography: string
      readonly modelId: string
      readonly profileId: string
    }

/** `PROVIDER.MODEL`, with or without a version. An ARN does not match. */
const MODEL_ID = /^[a-z0-9-]+\.[a-z0-9][a-z0-9.-]*(:\d+)?$/

/**
 * @param given regions of geographies that the list lacks, or that replace the list's
 * @throws Error that says what is wrong with the id: its form, an unknown geography, or one that does not contain the region
 */
export function parseModel(id: string, region: string, given: ModelRegions = {}): Model {
  if (!MODEL_ID.test(id)) throw new Error(`"${id}" is not a Bedrock model id. ${ALLOWED_IDS} ${NO_ARNS}`)
  const dot = id.indexOf('.')
  const first = id.slice(0, dot)
  const profile: Model = { kind: 'inferenceProfile', geography: first, modelId: id.slice(dot + 1), profileId: id }
  if (Object.hasOwn(given, first)) return profile
  const geography = Object.hasOwn(GEOGRAPHIES, first) ? GEOGRAPHIES[first] : undefined
  const remedy = `If AWS has it there, set modelRegions of the tenant: "${first}" → the regions that its requests go to.`
  if (!geography) {
    // No provider of models has a name of two letters. Every geography has, except apac and global.
    if (!/^([a-z]{2}|us-gov)$/.test(first)) return { kind: 'foundationModel', modelId: id }
    const known = Object.keys(GEOGRAPHIES).join(', ')
    throw new Error(`"${id}" is an inference profile of the unknown geography "${first}". Known: ${known}. ${remedy}`)
  }
  if (!geography.sources.test(region))
    throw new Error(
      `"${id}" is not known to be callable from ${region}. Choose a profile of that region's geography, or global. ${remedy}`,
    )
  return profile
}

/** Policies, prices and features need the model's id, which these ARNs do not contain. */
export const NO_ARNS =
  'Application inference profiles and ARNs are not supported: name the model or the profile behind it.'

const ALLOWED_IDS =
  'Allowed: a model id such as amazon.nova-lite-v1:0, or an inference profile id such as us.amazon.nova-2-lite-v1:0.'

/**
 * A sentence for each geography about the regions that the policies assume for its profiles, if no stack has set them. If AWS has added a region
 * since, requests that Bedrock sends there are refused.
 */
export function assumptions(modelIds: Iterable<string>, region: string, given: ModelRegions = {}): readonly string[] {
  const geographies = new Set(
    [...modelIds].flatMap((id) => {
      const model = parseModel(id, region, given)
      return model.kind === 'inferenceProfile' && model.geography !== 'global' ? [model.geography] : []
    }),
  )
  return [...geographies].sort().flatMap((geography) => {
    const { regions, assumed } = destinationsOf(geography, given)
    return assumed
      ? [
          `Requests to ${geography}. profiles are assumed to stay in ${regions.join(', ')} (list of November 2026; modelRegions.${geography} replaces it).`,
        ]
      : []
  })
}

/** The first action authorises `Converse`, the second `ConverseStream`. */
export const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'] as const

/**
 * Statements that allow calls of the listed models from one account and region, and nothing else. Profiles are grouped by geography, so ten
 * profiles of one geography need little more text than one.
 */
export function invokeStatements(
  modelIds: Iterable<string>,
  account: string,
  region: string,
  given: ModelRegions = {},
): readonly (PolicyStatement & { readonly Sid: string })[] {
  const models = [...new Set(modelIds)].sort().map((id) => parseModel(id, region, given))
  const foundationModels = models.filter((model) => model.kind === 'foundationModel')
  const profiles = models.filter((model) => model.kind === 'inferenceProfile')
  const direct = [
    ...foundationModels.map((model) => foundationModelArn(region, model.modelId)),
    ...profiles.map((profile) => profileArn(account, region, profile.profileId)),
  ]
  const geographies = [...new Set(profiles.map((profile) => profile.geography))]
  return [
    { Sid: 'Models', Effect: 'Allow', Action: INVOKE, Resource: direct },
    ...geographies.map((geography) => {
      const members = profiles.filter((profile) => profile.geography === geography)
      return {
        Sid: `Destinations${geography}`,
        Effect: 'Allow' as const,
        Action: INVOKE,
        Resource: members.flatMap((profile) =>
          regionsOf(geography, region, given).map((destination) => foundationModelArn(destination, profile.modelId)),
        ),
        // The foundation model itself stays closed: it can be called through the profile only.
        Condition: {
          ArnEquals: {
            'bedrock:InferenceProfileArn': members.map((profile) => profileArn(account, region, profile.profileId)),
          },
        },
      }
    }),
  ]
}

/**
 * The same in fewer characters: the models behind profiles may be called through any profile of the geography, but which profiles may be called
 * stays exact.
 * @param regions `any`: the models in every region. Which regions those are is then restricted elsewhere, for example by an endpoint's policy
 */
export function shorter(
  statements: ReturnType<typeof invokeStatements>,
  regions: 'named' | 'any',
): ReturnType<typeof invokeStatements> {
  return statements.map((statement) => {
    const through = statement.Condition?.ArnEquals?.['bedrock:InferenceProfileArn']
    if (through === undefined) return statement
    const profiles = [through].flat().map((arn) => arn.replace(/(:inference-profile\/[^.]+\.).*/, '$1*'))
    const models = [statement.Resource ?? []]
      .flat()
      .map((arn) => (regions === 'any' ? arn.replace(/^(arn:aws:bedrock):[^:]*:/, '$1:*:') : arn))
    return {
      ...statement,
      Resource: [...new Set(models)],
      Condition: { ArnLike: { 'bedrock:InferenceProfileArn': [...new Set(profiles)] } },
    }
  })
}

/**
 * Statement that allows tokens to be counted. Bedrock counts for Claude only, and by the id of a base model, never of a profile:
 * nothing can be invoked with this. One pattern instead of the tenant's models, so that policies that are nearly full stay
 * within AWS's limits. None for a tenant without such models.
 */
export function countStatements(
  modelIds: Iterable<string>,
  region: string,
  given: ModelRegions = {},
): readonly (PolicyStatement & { readonly Sid: string })[] {
  const counted = [...modelIds].some((id) => parseModel(id, region, given).modelId.startsWith('anthropic.'))
  if (!counted) return []
  const resource = foundationModelArn(region, 'anthropic.*')
  return [{ Sid: 'CountTokens', Effect: 'Allow', Action: 'bedrock:CountTokens', Resource: resource }]
}

/** Every region that a request through a profile is checked in; the empty one stands for `global`'s unnamed region. */
function regionsOf(geography: string, source: string, given: ModelRegions): readonly string[] {
  const { regions, assumed } = destinationsOf(geography, given)
  return [...new Set([source, ...(geography === 'global' && assumed ? [''] : regions)])]
}

const foundationModelArn = (region: string, modelId: string) => `arn:aws:bedrock:${region}::foundation-model/${modelId}`
const profileArn = (account: string, region: string, profileId: string) =>
  `arn:aws:bedrock:${region}:${account}:inference-profile/${profileId}`
