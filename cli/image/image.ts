/** Puts the gateway's image together: the layers of the base, one layer with the bundle, and the command and user to run. */
import { GATEWAY_USER } from '../../shared/gateway-image.ts'
import { GATEWAY_PORT } from '../../shared/tenant.ts'
import { gzipStored, tarOf } from './archive.ts'
import type { Base } from './base.ts'
import { type Descriptor, digestOf, layerType } from './formats.ts'
import type { Document } from './registry.ts'

/** Place of the bundle in the image; `functions/gateway/Dockerfile` uses the same. */
export const ENTRY = '/app/server.cjs'

export interface Blob {
  readonly descriptor: Descriptor
  readonly bytes: Buffer
}

export interface Image {
  readonly manifest: Document
  /** The layers that the base image does not have. */
  readonly layer: Blob
  readonly configuration: Blob
}

/** Makes the image. The same base and the same bundle give the same bytes, and so the same digest. */
export function gatewayImage(base: Base, bundle: Uint8Array): Image {
  const archive = tarOf(ENTRY.slice(1), bundle)
  const layer = blob(layerType(base.mediaType), gzipStored(archive))
  const configuration = blob(
    base.manifest.config.mediaType,
    Buffer.from(JSON.stringify(configurationOf(base, digestOf(archive)))),
  )
  const { annotations: _, ...manifest } = base.manifest
  const bytes = Buffer.from(
    JSON.stringify({
      ...manifest,
      mediaType: base.mediaType,
      config: configuration.descriptor,
      layers: [...base.manifest.layers, layer.descriptor],
    }),
  )
  return { manifest: { bytes, mediaType: base.mediaType, digest: digestOf(bytes) }, layer, configuration }
}

function blob(mediaType: string, bytes: Buffer): Blob {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes }
}

function configurationOf({ image, configuration }: Base, layer: string) {
  // The command that the base image runs by default.
  const { Cmd: _, ...config } = configuration.config ?? {}
  const created = configuration.created === undefined ? {} : { created: configuration.created }
  return {
    ...configuration,
    config: {
      ...config,
      User: GATEWAY_USER,
      WorkingDir: ENTRY.slice(0, ENTRY.lastIndexOf('/')),
      Entrypoint: ['node', ENTRY],
      ExposedPorts: { [`${GATEWAY_PORT}/tcp`]: {} },
      Labels: { 'org.opencontainers.image.base.name': image },
    },
    rootfs: { ...configuration.rootfs, diff_ids: [...configuration.rootfs.diff_ids, layer] },
    // The base image's time: with the present time, the same contents would get another digest.
    history: [...(configuration.history ?? []), { ...created, created_by: `COPY server.cjs ${ENTRY}` }],
  }
}
