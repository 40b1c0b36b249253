import { expect, it } from 'vitest'
import { bundleFunction } from '../../shared/bundle.ts'
import { TASK_TIERS } from '../../shared/compute.ts'
import { GATEWAY_SERVER, imageTag } from '../../shared/gateway-image.ts'
import { DIGEST, HUB_FARGATE } from '../../tests/spoke-fixture.ts'
import { type FargateCompute, gatewayImage, type LookUp } from './image.ts'

const PLAIN: FargateCompute = { kind: 'fargate', tier: TASK_TIERS.small }
const image = (lookUp: LookUp, compute: Partial<FargateCompute> = {}, hub = HUB_FARGATE) =>
  gatewayImage({ ...PLAIN, ...compute }, hub, 'tenant1', lookUp)

/** In the words of the provider and ECR. */
const missing: LookUp = async () => {
  throw new Error(
    "invocation of aws:ecr/getImage:getImage returned an error: reading ECR Images: operation error ECR: DescribeImages, ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'x'} does not exist within the repository",
  )
}

it('is that of this version, by its digest', async () => {
  const asked: unknown[] = []
  const found = await image(async (...query) => {
    asked.push(query)
    return DIGEST
  })
  expect(found).toBe(`${HUB_FARGATE.repositoryUrl}@${DIGEST}`)
  const tag = imageTag({ bundle: await bundleFunction(GATEWAY_SERVER), baseImage: HUB_FARGATE.baseImage ?? '' })
  expect(asked).toEqual([['genai-gateway', { imageTag: tag }]])
})

it('is missed with the command that puts it there', async () => {
  await expect(image(missing)).rejects.toThrow(
    /has no image of this version \(tag [0-9a-f]{40}\), which the tasks of tenant1 would run\. First: npm run genai -- image --aws/,
  )
})

it('needs the base that the hub names', async () => {
  const { baseImage: _, ...hub } = HUB_FARGATE
  await expect(image(missing, {}, hub)).rejects.toThrow(/names none to build it on.*npm run genai -- image --aws/)
})

it('may be one of an own pipeline, in the hub’s repository only', async () => {
  const own = `${HUB_FARGATE.repositoryUrl}@${DIGEST}`
  expect(await image(async (_, query) => ('imageDigest' in query ? query.imageDigest : ''), { image: own })).toBe(own)
  await expect(image(missing, { image: own })).rejects.toThrow(/has no image sha256:a1.*Push it there/)
  await expect(image(missing, { image: `docker.io/acme/gateway@${DIGEST}` })).rejects.toThrow(
    /is in docker.io\/acme\/gateway, and tasks reach no other repository than the hub's/,
  )
})

it('is not missed where ECR refuses, or is away', async () => {
  const denied = new Error('AccessDeniedException: not authorized to perform: ecr:DescribeImages')
  await expect(image(() => Promise.reject(denied))).rejects.toBe(denied)
})

it('has another tag for another bundle, base or platform', () => {
  const bundle = { sha256: 'a' }
  const tags = [
    imageTag({ bundle, baseImage: 'x' }),
    imageTag({ bundle: { sha256: 'b' }, baseImage: 'x' }),
    imageTag({ bundle, baseImage: 'y' }),
    imageTag({ bundle, baseImage: 'x', platform: 'linux/amd64' }),
  ]
  expect(new Set(tags).size).toBe(tags.length)
  expect(imageTag({ bundle, baseImage: 'x', platform: 'linux/arm64' })).toBe(tags[0])
})
