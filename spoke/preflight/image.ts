/**
 * Finds the image that a tenant's tasks will run, before anything is made. It is named by its digest, so that nobody can replace it by another.
 */
import * as aws from '@pulumi/aws'
import { bundleFunction } from '../../shared/bundle.ts'
import type { Compute } from '../../shared/compute.ts'
import type { HubFargate } from '../../shared/contract.ts'
import { GATEWAY_SERVER, IMAGE_COMMAND, imageTag } from '../../shared/gateway-image.ts'

export type FargateCompute = Extract<Compute, { kind: 'fargate' }>

type Query = { readonly imageTag: string } | { readonly imageDigest: string }

/**
 * @returns the digest of an image in a repository
 * @throws Error if there is none
 */
export type LookUp = (repositoryName: string, query: Query) => Promise<string>

/** @param provider of the hub's account */
export const ecrLookUp =
  (provider: aws.Provider): LookUp =>
  async (repositoryName, query) =>
    (await aws.ecr.getImage({ repositoryName, ...query }, { provider })).imageDigest

/**
 * @returns `REPOSITORY@sha256:DIGEST`
 * @throws Error that says what is missing, and the command that puts it there
 */
export async function gatewayImage(
  { image }: FargateCompute,
  hub: HubFargate,
  tenantId: string,
  lookUp: LookUp,
): Promise<string> {
  const asked = image === undefined ? await ofThisVersion(hub, tenantId) : ofPipeline(image, hub, tenantId)
  try {
    return `${hub.repositoryUrl}@${await lookUp(hub.repositoryName, asked.query)}`
  } catch (error) {
    if (!isMissing(error)) throw error
    throw new Error(
      `The hub's repository ${hub.repositoryUrl} has no ${asked.what}, which the tasks of ${tenantId} would run. ${asked.remedy}`,
    )
  }
}

interface Asked {
  readonly query: Query
  readonly what: string
  readonly remedy: string
}

async function ofThisVersion({ baseImage, repositoryUrl }: HubFargate, tenantId: string): Promise<Asked> {
  if (baseImage === undefined)
    throw new Error(
      `The tasks of ${tenantId} need an image, and the hub names none to build it on (gatewayBaseImage). First: ${IMAGE_COMMAND}, which writes ` +
        `it into the hub's stack file, and then pulumi up the hub; or push an image of your own to ${repositoryUrl} and set gatewayImage.`,
    )
  const tag = imageTag({ bundle: await bundleFunction(GATEWAY_SERVER), baseImage })
  return { query: { imageTag: tag }, what: `image of this version (tag ${tag})`, remedy: `First: ${IMAGE_COMMAND}` }
}

function ofPipeline(image: string, { repositoryUrl }: HubFargate, tenantId: string): Asked {
  const [repository, digest = ''] = image.split('@')
  if (repository !== repositoryUrl)
    throw new Error(
      `The gatewayImage of ${tenantId} is in ${repository}, and tasks reach no other repository than the hub's, ${repositoryUrl}: they have no ` +
        'way to the internet, and no right to pull from elsewhere. Let the pipeline push there.',
    )
  return {
    query: { imageDigest: digest },
    what: `image ${digest}`,
    remedy: 'Push it there, or correct gatewayImage, or leave it out.',
  }
}

/** Recognises the error texts of the provider and of ECR. */
const isMissing = (error: unknown) =>
  error instanceof Error && /ImageNotFound|no images? found|empty result|couldn't find resource/i.test(error.message)
