/** The base image of the gateway's image, from a registry: for one platform, by its digest. */
import * as v from 'valibot'
import { GATEWAY_PLATFORM } from '../../shared/gateway-image.ts'
import { messageOf, UserError } from '../verb.ts'
import { Configuration, Index, isIndex, isManifest, Manifest } from './formats.ts'
import type { ImageReference } from './reference.ts'
import type { Document, Registry } from './registry.ts'

export interface Base {
  readonly reference: ImageReference
  /** `REGISTRY/REPOSITORY@sha256:DIGEST` of the image for the one platform. */
  readonly image: string
  readonly digest: string
  readonly mediaType: string
  readonly manifest: Manifest
  readonly configuration: Configuration
  /** Version of the Node in the image, if the image names it as Docker's own images do. */
  readonly node: string | undefined
}

/** The oldest major version of Node that can run the bundle (shared/bundle.ts). */
const LEAST_NODE = 24

/** @throws UserError if there is no such image, none for the platform, or none with a Node that can run the gateway */
export async function readBase(
  registry: Registry,
  reference: ImageReference,
  platform: string = GATEWAY_PLATFORM,
): Promise<Base> {
  const text = `${reference.name} (${reference.wanted})`
  const asked = await found(registry, reference, reference.wanted, text)
  const document = isIndex(asked.mediaType)
    ? await found(registry, reference, ofPlatform(asked, platform, text), text)
    : asked
  if (!isManifest(document.mediaType))
    throw new UserError(
      `${text} is no image of a kind that is known: ${document.mediaType || 'no media type'}.`,
      'Name another with --base.',
    )
  const manifest = parsed(Manifest, document.bytes, text)
  const configuration = parsed(
    Configuration,
    await registry.document(reference.repository, manifest.config),
    `${text}, its configuration`,
  )
  const { os, architecture, rootfs, config } = configuration
  if (`${os}/${architecture}` !== platform) throw wrongPlatform(text, platform, [`${os}/${architecture}`])
  if (rootfs.diff_ids.length !== manifest.layers.length)
    throw new UserError(
      `${text} has ${manifest.layers.length} layers, and its configuration tells of ${rootfs.diff_ids.length}.`,
      'Name another with --base.',
    )
  const node = config?.Env?.find((one) => one.startsWith('NODE_VERSION='))?.slice('NODE_VERSION='.length)
  if (node !== undefined && Number.parseInt(node, 10) < LEAST_NODE)
    throw new UserError(
      `${text} has Node ${node}, and the gateway is built for ${LEAST_NODE} or newer.`,
      'Name another with --base.',
    )
  const { digest, mediaType } = document
  return { reference, image: `${reference.name}@${digest}`, digest, mediaType, manifest, configuration, node }
}

async function found(registry: Registry, { repository }: ImageReference, wanted: string, text: string) {
  const document = await registry.manifest(repository, wanted)
  if (document) return withType(document, text)
  throw new UserError(
    `There is no ${text} in ${registry.url.host}.`,
    'Name another with --base, or correct gatewayBaseImage in the hub’s stack file.',
  )
}

/** The media type: the document's own, if the answer's header has only a generic one. */
function withType(document: Document, text: string): Document {
  const { mediaType = document.mediaType } = parsed(
    v.looseObject({ mediaType: v.optional(v.string()) }),
    document.bytes,
    text,
  )
  return { ...document, mediaType }
}

function ofPlatform({ bytes }: Document, platform: string, text: string): string {
  const { manifests } = parsed(Index, bytes, text)
  const name = (one: (typeof manifests)[number]) => `${one.platform?.os}/${one.platform?.architecture}`
  const own = manifests.find((one) => name(one) === platform)
  // Attestations have the platform "unknown/unknown".
  if (!own)
    throw wrongPlatform(
      text,
      platform,
      [...new Set(manifests.map(name))].filter((one) => !/un\w+\//.test(one)),
    )
  return own.digest
}

const wrongPlatform = (text: string, platform: string, there: readonly string[]) =>
  new UserError(
    `${text} is not for ${platform}, which the tasks run on: it is for ${there.join(', ') || 'none'}.`,
    'Name an image of that platform, or a list that has it, with --base.',
  )

function parsed<S extends v.GenericSchema>(schema: S, bytes: Buffer, what: string): v.InferOutput<S> {
  try {
    return v.parse(schema, JSON.parse(bytes.toString('utf8')))
  } catch (cause) {
    throw new UserError(`${what} cannot be read: ${messageOf(cause)}`, 'Name another with --base.', { cause })
  }
}
