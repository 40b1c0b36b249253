/** AWS's public machine images, each found by the public parameter that names the newest one, and the instance types that are known here. */
import { createHash } from 'node:crypto'

export type Architecture = 'arm64' | 'x86_64'

export interface Image {
  readonly id: string
  readonly architecture: Architecture
  /** The name of the public Systems Manager parameter. */
  readonly parameter: string
}

const PARAMETERS: readonly (readonly [string, Architecture])[] = [
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64', 'arm64'],
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64', 'x86_64'],
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-arm64', 'arm64'],
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-x86_64', 'x86_64'],
]

/** In each region an image has another id. */
export const images = (region: string): readonly Image[] =>
  PARAMETERS.map(([parameter, architecture]) => {
    const token = createHash('sha256').update(`${region} ${parameter}`).digest('hex').slice(0, 16)
    return { id: `ami-0${token}`, architecture, parameter }
  })

export const findImage = (region: string, id: string): Image | undefined => images(region).find((one) => one.id === id)

const SIZES = ['nano', 'micro', 'small', 'medium', 'large']
const FAMILIES: readonly (readonly [string, Architecture])[] = [
  ['t4g', 'arm64'],
  ['t3', 'x86_64'],
  ['t3a', 'x86_64'],
]

export const INSTANCE_TYPES: Readonly<Record<string, Architecture>> = Object.fromEntries(
  FAMILIES.flatMap(([family, architecture]) => SIZES.map((size) => [`${family}.${size}`, architecture])),
)

/** The region's oldest zones, which offer none of these instance types. */
export const ZONES_WITHOUT_INSTANCES: readonly string[] = ['use1-az3']
