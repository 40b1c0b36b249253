/**
 * The gateway's image in the local cloud: what `npm run genai -- image --aws` would push for this version. The local cloud runs no container
 * engine, so its image is just the bundle.
 */
import type { Image } from '@genai/local-cloud/organization'
import { bundleFunction } from '../../shared/bundle.ts'
import { GATEWAY_SERVER, imageTag } from '../../shared/gateway-image.ts'
import { repositoryName } from '../../shared/naming.ts'
import { readStack, stackFile } from '../pulumi/stack-files.ts'

/** Stands for any image of Node on which the gateway's image is built. */
export const LOCAL_BASE_IMAGE = `public.ecr.aws/docker/library/node@sha256:${'0'.repeat(64)}`

/** Settings that a hub needs for tenants on Fargate. */
export const LOCAL_FARGATE = { fargate: true, gatewayBaseImage: LOCAL_BASE_IMAGE } as const

/** The base image that the hub's stack file names; nothing if there is none yet. */
export function hubBaseImage(): string | undefined {
  if (stackFile('hub') === undefined) return undefined
  const { project, config } = readStack('hub')
  return config[`${project}:gatewayBaseImage`]
}

/**
 * Bundles the server of this version.
 * @param baseImage the base image that the hub names
 */
export async function localImages(baseImage = LOCAL_BASE_IMAGE): Promise<readonly Image[]> {
  const bundle = await bundleFunction(GATEWAY_SERVER)
  return [
    { repositoryName, tag: imageTag({ bundle, baseImage }), digest: `sha256:${bundle.sha256}`, file: bundle.file },
  ]
}
