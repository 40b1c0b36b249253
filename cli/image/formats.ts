/** The documents of images in the OCI's format and in Docker's older one: https://github.com/opencontainers/image-spec */
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { DIGEST } from './reference.ts'

const OCI = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const
const DOCKER = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

export const MANIFEST_TYPES = [OCI.index, OCI.manifest, DOCKER.index, DOCKER.manifest] as const
export const isIndex = (mediaType: string) => mediaType === OCI.index || mediaType === DOCKER.index
export const isManifest = (mediaType: string) => mediaType === OCI.manifest || mediaType === DOCKER.manifest
/** The type of layer that goes with a type of manifest: all parts of an image have formats of one family. */
export const layerType = (manifestType: string) => (manifestType === DOCKER.manifest ? DOCKER.layer : OCI.layer)

const descriptorFields = {
  mediaType: v.string(),
  digest: v.pipe(v.string(), v.regex(DIGEST)),
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
}
const Descriptor = v.looseObject(descriptorFields)

export const Index = v.looseObject({
  manifests: v.array(
    v.looseObject({
      ...descriptorFields,
      platform: v.optional(v.looseObject({ os: v.string(), architecture: v.string() })),
    }),
  ),
})
export const Manifest = v.looseObject({
  schemaVersion: v.literal(2),
  mediaType: v.optional(v.string()),
  config: Descriptor,
  layers: v.pipe(v.array(Descriptor), v.minLength(1)),
})
export const Configuration = v.looseObject({
  os: v.string(),
  architecture: v.string(),
  created: v.optional(v.string()),
  config: v.optional(v.looseObject({ Env: v.nullish(v.array(v.string())) })),
  rootfs: v.looseObject({ type: v.literal('layers'), diff_ids: v.array(v.string()) }),
  history: v.optional(v.array(v.looseObject({}))),
})

export type Descriptor = v.InferOutput<typeof Descriptor>
export type Manifest = v.InferOutput<typeof Manifest>
export type Configuration = v.InferOutput<typeof Configuration>

export const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
