/**
 * Bedrock model ids → the resources that a call to them is checked against. An inference profile needs its own ARN and the
 * foundation model's in the source region and in every region that it may send a request to.
 */
import type { PolicyStatement } from './document.ts'

interface Geography {
  /** Regions that a profile of this geography may send a request to; a profile of one model may use fewer. */
  readonly destinations: readonly string[]
  /** Regions that it can be called from. */
  readonly sources: RegExp
}

/** Geographies of system-defined inference profiles, as AWS documents them. `global` sends to every commercial region. */
export const GEOGRAPHIES: Readonly<Record<string, Geography>> = {
  us: { destinations: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'], sources: /^(us|ca)-/ },
  eu: {
    destinations: [
      'eu-central-1',
      'eu-central-2',
      'eu-north-1',
      'eu-south-1',
      'eu-south-2',
      'eu-west-1',
      'eu-west-2',
      'eu-west-3',
    ],
    sources: /^(eu|il)-/,
  },
  apac: {
    destinations: [
      'ap-northeast-1',
      'ap-northeast-2',
      'ap-northeast-3',
      'ap-south-1',
      'ap-south-2',
      'ap-southeast-1',
      'ap-southeast-2',
      'ap-southeast-3',
      'ap-southeast-4',
    ],
    sources: /^(ap|me)-/,
  },
  jp: { destinations: ['ap-northeast-1', 'ap-northeast-3'], sources: /^ap-northeast-[13]$/ },
  au: { destinations: ['ap-southeast-2', 'ap-southeast-4'], sources: /^ap-southeast-[24]$/ },
  global: { destinations: [], sources: /./ },
}

/** A model id, or the id of a system-defined inference profile: the model id after a geography. */
export type Model =
  | { readonly kind: 'foundationModel'; readonly modelId: string }
  | {
      readonly kind: 'inferenceProfile'
      readonly geography: string
      readonly modelId: string
      readonly profileId: string
    }

/** `PROVIDER.MODEL`, with a version or without; an ARN is none of these. */
const MODEL_ID = /^[a-z0-9-]+\.[a-z0-9][a-z0-9.-]*(:\d+)?$/

/** @throws Error saying what is wrong with the id: its shape, a geography that is unknown, or one that the region is not in */
export function parseModel(id: string, region: string): Model {
  if (!MODEL_ID.test(id)) {
    throw new Error(
      `"${id}" is not a Bedrock model id. Allowed: a model id such as amazon.nova-lite-v1:0, or an inference profile id such ` +
        'as us.amazon.nova-2-lite-v1:0. Application inference profiles and ARNs are not supported.',
    )
  }
  const dot = id.indexOf('.')
  const first = id.slice(0, dot)
  const geography = Object.hasOwn(GEOGRAPHIES, first) ? GEOGRAPHIES[first] : undefined
  if (!geography) {
    // No provider of models has a name of two letters; every geography but apac and global has.
    if (/^([a-z]{2}|us-gov)$/.test(first)) {
      throw new Error(
        `"${id}" is an inference profile of the unknown geography "${first}". Allowed: ${Object.keys(GEOGRAPHIES).join(', ')}.`,
      )
    }
    return { kind: 'foundationModel', modelId: id }
  }
  if (!geography.sources.test(region)) {
    throw new Error(`"${id}" cannot be called from ${region}. Choose a profile of that region's geography, or global.`)
  }
  return { kind: 'inferenceProfile', geography: first, modelId: id.slice(dot + 1), profileId: id }
}

/** `Converse` is authorised by the first, `ConverseStream` by the second. */
export const INVOKE = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'] as const

/**
 * Statements that allow the listed models to be called from one account and region, and nothing else. Profiles are grouped
 * by geography, so that ten profiles of one geography cost little more than one.
 */
export function invokeStatements(
  modelIds: Iterable<string>,
  account: string,
  region: string,
): readonly (PolicyStatement & { readonly Sid: string })[] {
  const models = [...new Set(modelIds)].sort().map((id) => parseModel(id, region))
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
          regionsOf(geography, region).map((destination) => foundationModelArn(destination, profile.modelId)),
        ),
        // The foundation model itself stays closed: only the profile may lead to it.
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
 * Statement that allows tokens to be counted. Bedrock counts for Claude only, and by the id of a base model, never of a profile:
 * nothing can be invoked with this. One pattern instead of the tenant's models, so that policies that are nearly full stay
 * within AWS's limits. None for a tenant without such models.
 */
export function countStatements(
  modelIds: Iterable<string>,
  region: string,
): readonly (PolicyStatement & { readonly Sid: string })[] {
  const counted = [...modelIds].some((id) => parseModel(id, region).modelId.startsWith('anthropic.'))
  if (!counted) return []
  const resource = foundationModelArn(region, 'anthropic.*')
  return [{ Sid: 'CountTokens', Effect: 'Allow', Action: 'bedrock:CountTokens', Resource: resource }]
}

/** Every region that a request through a profile is checked in; the empty one stands for `global`'s unnamed region. */
function regionsOf(geography: string, source: string): readonly string[] {
  const destinations = geography === 'global' ? [''] : (GEOGRAPHIES[geography]?.destinations ?? [])
  return [...new Set([source, ...destinations])]
}

const foundationModelArn = (region: string, modelId: string) => `arn:aws:bedrock:${region}::foundation-model/${modelId}`
const profileArn = (account: string, region: string, profileId: string) =>
  `arn:aws:bedrock:${region}:${account}:inference-profile/${profileId}`
