/** `aws.ecr.getImage`. */
import { statSync } from 'node:fs'
import { AwsError } from '../../../errors.ts'
import type { InvokeType } from '../../../resource/resource-type.ts'
import { arn, flag, known, text } from '../../../resource/values.ts'
import { ecr, findRepository } from '../images.ts'

export const getImage: InvokeType = {
  token: 'aws:ecr/getImage:getImage',
  inputs: ['repositoryName', 'imageTag', 'imageDigest', 'mostRecent', 'registryId'],
  answer(call) {
    const { inputs, ledger, account, organization } = call
    const repositoryName = known(inputs, 'repositoryName')
    const registryId = text(inputs, 'registryId') ?? account
    const tag = text(inputs, 'imageTag') ?? (flag(inputs, 'mostRecent') ? 'latest' : undefined)
    const digest = text(inputs, 'imageDigest')
    if (tag === undefined && digest === undefined)
      throw new AwsError('InvalidConfiguration', 'one of image_digest, image_tag, most_recent must be specified')
    const repository = findRepository(ledger, { ...call, account: registryId }, repositoryName)
    if (!repository)
      throw new AwsError(
        'RepositoryNotFoundException',
        `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
      )
    const found = (organization.images ?? []).find(
      (one) =>
        one.repositoryName === repositoryName &&
        (tag === undefined || one.tag === tag) &&
        (digest === undefined || one.digest === digest),
    )
    if (!found)
      throw new AwsError(
        'ImageNotFoundException',
        `The image with imageId {imageDigest:'${digest ?? 'null'}', imageTag:'${tag ?? 'null'}'} does not exist within the repository with name '${repositoryName}' in the registry with id '${registryId}'`,
      )
    const { size, mtimeMs } = statSync(found.file)
    return {
      id: found.digest,
      imageDigest: found.digest,
      imagePushedAt: Math.floor(mtimeMs / 1000),
      imageSizeInBytes: size,
      imageTags: [found.tag],
      imageUri: `${known(repository.outputs, 'repositoryUrl')}@${found.digest}`,
      registryId,
      repositoryName,
    }
  },
  permissions: (call) => {
    const registry = { ...call, account: text(call.inputs, 'registryId') ?? call.account }
    const repository = arn(registry, 'ecr', `repository/${text(call.inputs, 'repositoryName') ?? '*'}`)
    return [ecr('DescribeImages', repository), ecr('DescribeRepositories', repository)]
  },
}
