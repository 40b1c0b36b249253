/** `aws.ecr.Repository`. Its images are passed in with the organisation, as if somebody had pushed them. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { changed, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, flag, known, objects, others, text } from '../../../resource/values.ts'
import { ecr, REPOSITORY } from '../images.ts'

const NAME = /^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/

export const repository: ResourceType = {
  type: REPOSITORY,
  inputs: [
    ...['name', 'imageTagMutability', 'imageScanningConfiguration.scanOnPush', 'forceDelete', 'tags'],
    'encryptionConfigurations.encryptionType',
  ],
  named: 'name',
  replaces: ['name', 'encryptionConfigurations'],
  defaults: { imageTagMutability: 'MUTABLE', forceDelete: false },
  heldThrough: [],
  refuse(situation) {
    const { inputs, account } = situation
    const name = autoName(situation)
    if (!NAME.test(name))
      throw new AwsError(
        'InvalidParameterException',
        `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '${NAME.source}''`,
      )
    if (others(situation, REPOSITORY, ['name', name]).length > 0)
      throw new AwsError(
        'RepositoryAlreadyExistsException',
        `The repository with name '${name}' already exists in the registry with id '${account}'`,
      )
    const mutability = text(inputs, 'imageTagMutability') ?? 'MUTABLE'
    if (mutability !== 'MUTABLE' && mutability !== 'IMMUTABLE')
      throw new UnsupportedError(`imageTagMutability "${mutability}" of ${REPOSITORY}`)
    for (const one of objects(inputs, 'encryptionConfigurations'))
      if (text(one, 'encryptionType') !== 'AES256')
        throw new UnsupportedError(`encryptionType "${text(one, 'encryptionType')}" of ${REPOSITORY}`)
  },
  refuseDelete({ outputs, account }, _, { images = [] }) {
    const name = known(outputs, 'name')
    if (flag(outputs, 'forceDelete') !== true && images.some(({ repositoryName }) => repositoryName === name))
      throw new AwsError(
        'RepositoryNotEmptyException',
        `The repository with name '${name}' in registry with id '${account}' cannot be deleted because it still contains images`,
      )
  },
  answer(situation) {
    const name = autoName(situation)
    const { account, region } = situation
    return {
      id: name,
      outputs: {
        name,
        arn: arn(situation, 'ecr', `repository/${name}`),
        registryId: account,
        repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const repositoryArn = known(outputs, 'arn')
    const on = (action: string) => ecr(action, repositoryArn, ownTags(situation))
    const tags = newTags(situation)
    return {
      create: [
        ecr('CreateRepository', repositoryArn, tags),
        ...when(Object.keys(tags).length > 0, ecr('TagResource', repositoryArn, tags)),
      ],
      read: [on('DescribeRepositories'), on('ListTagsForResource')],
      update: [
        ...when(changed(situation, 'imageTagMutability'), on('PutImageTagMutability')),
        ...when(changed(situation, 'imageScanningConfiguration'), on('PutImageScanningConfiguration')),
        ...retag(situation, { add: 'ecr:TagResource', remove: 'ecr:UntagResource' }, repositoryArn),
      ],
      delete: [on('DeleteRepository'), on('DescribeRepositories')],
    }
  }),
}
