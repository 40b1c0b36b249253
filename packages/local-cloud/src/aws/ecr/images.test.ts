import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../ledger/ledger.ts'
import { ContainerDeclarer, IMAGE_DIGEST } from '../../testing/container.ts'
import { organization } from '../../testing/organization.ts'
import { rowOf } from '../registry.ts'
import { getImage } from './data-sources/get-image.ts'
import { LIFECYCLE_POLICY, REPOSITORY } from './images.ts'

const images = [{ repositoryName: 'server', tag: 'one', digest: IMAGE_DIGEST, file: import.meta.filename }]

let cloud: ContainerDeclarer

beforeEach(async () => {
  cloud = await new ContainerDeclarer().prepare()
})

describe('a repository', () => {
  it('has a name of its own, and is not deleted with images in it', async () => {
    expect(await cloud.refusal(REPOSITORY, 'x', { name: 'server' })).toContain('RepositoryAlreadyExistsException')
    expect(await cloud.refusal(REPOSITORY, 'x', { name: 'Server' })).toContain('InvalidParameterException')
    const [repository] = cloud.ledger.all(REPOSITORY)
    if (!repository) throw new Error('no repository')
    const remove = (outputs: Properties) =>
      rowOf(REPOSITORY).refuseDelete?.({ ...repository, outputs }, cloud.ledger, { images })
    expect(() => remove(repository.outputs)).toThrow('still contains images')
    expect(() => remove({ ...repository.outputs, forceDelete: true })).not.toThrow()
  })

  it('answers for an image by its tag, or that it is not there', () => {
    const ask = (inputs: Properties) =>
      getImage.answer({
        account: '111111111111',
        region: 'us-east-1',
        ledger: cloud.ledger,
        organization: { ...organization, images },
        callerArn: '',
        inputs,
      })
    const imageUri = `111111111111.dkr.ecr.us-east-1.amazonaws.com/server@${IMAGE_DIGEST}`
    expect(ask({ repositoryName: 'server', imageTag: 'one' })).toMatchObject({ imageDigest: IMAGE_DIGEST, imageUri })
    expect(() => ask({ repositoryName: 'server', imageTag: 'two' })).toThrow("imageTag:'two'} does not exist")
    expect(() => ask({ repositoryName: 'other', imageTag: 'one' })).toThrow("repository with name 'other' does not")
    expect(() => ask({ repositoryName: 'server' })).toThrow('must be specified')
  })

  it.each<[Properties, string]>([
    [{ tagStatus: 'untagged', countType: 'sinceImagePushed', countNumber: 1 }, 'countUnit is days'],
    [{ tagStatus: 'tagged', countType: 'imageCountMoreThan', countNumber: 1 }, 'tagPrefixList'],
    [{ tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 0 }, 'countNumber'],
    [{ tagStatus: 'old', countType: 'imageCountMoreThan', countNumber: 1 }, 'tagStatus is'],
  ])('takes no lifecycle of %j', async (selection, message) => {
    const policy = JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] })
    expect(await cloud.refusal(LIFECYCLE_POLICY, 'x', { repository: 'server', policy })).toContain(message)
  })
})
