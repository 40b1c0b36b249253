/** AWS's own prefix lists: the public addresses of the services that have a gateway endpoint. */

/** The ids that AWS has published for us-east-1. The ids of other regions are derived from the name. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'com.amazonaws.us-east-1.s3': 'pl-63a5400a',
  'com.amazonaws.us-east-1.dynamodb': 'pl-02cd2c6b',
}

const SERVICES = ['s3', 'dynamodb'] as const

/** The address blocks of each list: some of those that AWS publishes. */
const BLOCKS: Readonly<Record<(typeof SERVICES)[number], readonly string[]>> = {
  s3: ['52.216.0.0/15', '3.5.0.0/19', '54.231.0.0/16'],
  dynamodb: ['52.94.0.0/22', '52.119.224.0/20', '3.218.180.0/22'],
}

export interface PrefixList {
  readonly id: string
  /** `com.amazonaws.REGION.dynamodb` */
  readonly name: string
  readonly cidrBlocks: readonly string[]
}

export function prefixLists(region: string): readonly PrefixList[] {
  return SERVICES.map((service) => {
    const name = `com.amazonaws.${region}.${service}`
    return { id: PUBLISHED[name] ?? `pl-${checksum(name)}`, name, cidrBlocks: BLOCKS[service] }
  })
}

/** The name of a list; undefined for an unknown id. */
export const prefixListName = (region: string, id: string): string | undefined =>
  prefixLists(region).find((list) => list.id === id)?.name

function checksum(name: string): string {
  let sum = 0x811c9dc5
  for (const character of name) sum = Math.imul(sum ^ character.charCodeAt(0), 0x01000193) >>> 0
  return sum.toString(16).padStart(8, '0')
}
