/**
 * Geographies of Bedrock's system-defined inference profiles: `us.` in `us.amazon.nova-2-lite-v1:0`. Data, to be extended by a line when
 * AWS adds one; until then a stack names the regions itself (the setting `modelRegions`).
 *
 * As of November 2026, from AWS's pages on supported inference profiles and the documentation of the CDK's enum of geographies. A profile
 * of one model may use fewer regions than its geography has. What AWS adds later is refused at the request, not at the deployment.
 */
export interface Geography {
  /** The regions to which a profile may send a request. */
  readonly destinations: readonly string[]
  /** The regions from which it can be called. */
  readonly sources: RegExp
}

export const GEOGRAPHIES: Readonly<Record<string, Geography>> = {
  us: { destinations: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'], sources: /^(us|ca|mx)-/ },
  eu: {
    destinations: [
      ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2'],
      ...['eu-west-1', 'eu-west-2', 'eu-west-3'],
    ],
    sources: /^(eu|il)-/,
  },
  apac: {
    destinations: [
      ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-south-2'],
      ...['ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
    ],
    sources: /^(ap|me)-/,
  },
  jp: { destinations: ['ap-northeast-1', 'ap-northeast-3'], sources: /^ap-northeast-[13]$/ },
  au: { destinations: ['ap-southeast-2', 'ap-southeast-4'], sources: /^ap-southeast-[246]$/ },
  ca: { destinations: ['ca-central-1', 'ca-west-1'], sources: /^ca-/ },
  in: { destinations: ['ap-south-1', 'ap-south-2'], sources: /^ap-south-[12]$/ },
  /** To every commercial region; AWS lists none. */
  global: { destinations: [], sources: /./ },
}

/** For a geography the regions to which its profiles send requests, if a stack sets them. They replace those of {@link GEOGRAPHIES}. */
export type ModelRegions = Readonly<Record<string, readonly string[]>>

/** The regions of a geography, and whether a stack has set them or they are assumed. */
export function destinationsOf(
  geography: string,
  given: ModelRegions,
): { readonly regions: readonly string[]; readonly assumed: boolean } {
  const named = Object.hasOwn(given, geography) ? given[geography] : undefined
  return named
    ? { regions: named, assumed: false }
    : { regions: GEOGRAPHIES[geography]?.destinations ?? [], assumed: true }
}
