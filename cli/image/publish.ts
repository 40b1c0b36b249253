/** The work of `genai image`, without its output: finds this version's image name, looks for it in the repository, and pushes it. */
import { readFile } from 'node:fs/promises'
import type { Bundle } from '../../shared/bundle.ts'
import { GATEWAY_PLATFORM, imageTag } from '../../shared/gateway-image.ts'
import { repositoryName } from '../../shared/naming.ts'
import { UserError } from '../verb.ts'
import { type Base, readBase } from './base.ts'
import { type ImageHub, requireWritable, writeBase } from './hub.ts'
import { gatewayImage } from './image.ts'
import { type Progress, push } from './push.ts'
import { DEFAULT_BASE, parseReference } from './reference.ts'
import { Registry } from './registry.ts'
import { digestOfTag, NoRepository, type SignedIn, signIn } from './repository.ts'

/** The JSON of `npm run genai -- image --json`. */
export interface Outcome {
  readonly repository: string
  /** Absent if no base image is named, because it is a part of the tag. */
  readonly tag?: string
  /** Absent if there is no such image. */
  readonly digest?: string
  readonly baseImage?: string
  readonly platform: string
  readonly pushed: boolean
  readonly sentBytes: number
  /** The stack file whose `gatewayBaseImage` was set. */
  readonly wrote?: string
}

export interface PutOptions {
  /** @default the hub's own base image, or else Docker's image of Node */
  readonly base?: string
  readonly signal: AbortSignal
  readonly progress?: Progress
  readonly step: <T>(title: string, work: (detail: (text: string) => void) => Promise<T>) => Promise<T>
  readonly pauseMilliseconds?: number
}

/** Asks only ECR. */
export async function check(hub: ImageHub, bundle: Bundle): Promise<Outcome> {
  const { gatewayBaseImage: baseImage } = hub.settings
  if (baseImage === undefined) return outcome(hub, {})
  const tag = imageTag({ bundle, baseImage })
  const digest = await digestOfTag(hub.repository, tag)
  return outcome(hub, { tag, baseImage, ...(digest !== undefined && { digest }) })
}

export async function put(hub: ImageHub, bundle: Bundle, options: PutOptions): Promise<Outcome> {
  const { gatewayBaseImage } = hub.settings
  if (options.base === undefined && gatewayBaseImage !== undefined) {
    const tag = imageTag({ bundle, baseImage: gatewayBaseImage })
    const digest = await digestOfTag(hub.repository, tag)
    if (digest !== undefined) return outcome(hub, { tag, digest, baseImage: gatewayBaseImage })
  }
  const named = options.base ?? gatewayBaseImage ?? DEFAULT_BASE
  const signedIn = await signIn(hub.repository)
  const { base, from } = await options.step('read the base image', async (detail) => {
    const read = await lookUp(named, signedIn, options)
    detail(`${read.base.image} for ${GATEWAY_PLATFORM}`)
    detail(read.base.node === undefined ? 'it does not say which Node it has' : `Node ${read.base.node}`)
    return read
  })
  // If the file has a digest, that digest is part of the tag unchanged, even if it is the digest of a list of platforms.
  const baseImage = named === gatewayBaseImage ? named : base.image
  const keep = () =>
    baseImage === gatewayBaseImage ? {} : { wrote: writeBase(hub, baseImage, `${named}, looked up by genai image`) }
  if (baseImage !== gatewayBaseImage) requireWritable(hub)
  const tag = imageTag({ bundle, baseImage })
  const there = await digestOfTag(hub.repository, tag).catch((error: unknown) => {
    if (!(error instanceof NoRepository)) throw error
    const { wrote } = keep()
    throw wrote === undefined
      ? error
      : new UserError(`${error.message} ${wrote} has the base image now, for review.`, error.remedy)
  })
  if (there !== undefined) return outcome(hub, { tag, digest: there, baseImage, ...keep() })
  const { digest, sentBytes } = await pushed({ hub, signedIn, base, from, bundle, tag }, options)
  return outcome(hub, { tag, digest, baseImage, pushed: true, sentBytes, ...keep() })
}

/** A base image in the hub's own registry is read with that registry's credentials, and any other without credentials. */
async function lookUp(named: string, { url, credentials }: SignedIn, options: PutOptions) {
  const reference = parseReference(named)
  const own = reference.registry === url.host
  const from = new Registry(own ? url : reference.registry, {
    side: 'base',
    ...(own && { credentials }),
    ...registryOptions(options),
  })
  return { from, base: await readBase(from, reference) }
}

interface Pushed {
  readonly hub: ImageHub
  readonly signedIn: SignedIn
  readonly base: Base
  readonly from: Registry
  readonly bundle: Bundle
  readonly tag: string
}

async function pushed({ signedIn: { url, credentials }, base, from, bundle, tag }: Pushed, options: PutOptions) {
  const image = gatewayImage(base, await readFile(bundle.file))
  const to = new Registry(url, { side: 'repository', credentials, ...registryOptions(options) })
  const { progress } = options
  const sentBytes = await options.step('push the image', async (detail) => {
    const sent = await push({ base, from, to, repository: repositoryName, tag, image, ...(progress && { progress }) })
    detail(`${megabytes(sent)} sent`)
    return sent
  })
  return { digest: image.manifest.digest, sentBytes }
}

const registryOptions = ({ signal, pauseMilliseconds }: PutOptions) => ({
  signal,
  ...(pauseMilliseconds !== undefined && { pauseMilliseconds }),
})

function outcome({ settings: { account, region } }: ImageHub, found: Partial<Outcome>): Outcome {
  return {
    repository: `${account}.dkr.ecr.${region}.amazonaws.com/${repositoryName}`,
    platform: GATEWAY_PLATFORM,
    pushed: false,
    sentBytes: 0,
    ...found,
  }
}

export const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`
