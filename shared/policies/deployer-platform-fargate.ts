/** Permissions for a hub with the setting `fargate`: cluster, repository, and the images in it. */
import { clusterName, repositoryArn } from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import { type DeployerScope, serviceLinkedRole } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

/** Cluster and repository. A command pushes images into it; it needs the permissions of `operation`. */
export function fargate({ account, region }: DeployerScope): readonly PolicyStatement[] {
  const ecs = (...names: readonly string[]) => of('ecs', ...names)
  const ecr = (...names: readonly string[]) => of('ecr', ...names)
  const images = repositoryArn(account, region)
  return [
    allow(
      'Cluster',
      [
        ...ecs('CreateCluster', 'DeleteCluster', 'DescribeClusters', 'TagResource', 'UntagResource'),
        ...ecs('UpdateCluster'),
      ],
      `arn:aws:ecs:${region}:${account}:cluster/${clusterName}`,
    ),
    allow(
      'Repository',
      [
        ...ecr('CreateRepository', 'DeleteLifecyclePolicy', 'DeleteRepository', 'DescribeRepositories'),
        ...ecr('GetLifecyclePolicy', 'ListTagsForResource', 'PutImageScanningConfiguration', 'PutImageTagMutability'),
        ...ecr('PutLifecyclePolicy', 'TagResource', 'UntagResource'),
      ],
      images,
    ),
    serviceLinkedRole(account, 'ecs.amazonaws.com'),
  ]
}

/** AWS's documented permissions for a push, and the one to ask whether the image exists: `npm run genai -- image`. */
export function image({ account, region }: DeployerScope): readonly PolicyStatement[] {
  return [
    allow('SignInToRegistry', ['ecr:GetAuthorizationToken']),
    allow(
      'PushImage',
      [
        ...of('ecr', 'BatchCheckLayerAvailability', 'BatchGetImage', 'CompleteLayerUpload', 'DescribeImages'),
        ...of('ecr', 'InitiateLayerUpload', 'PutImage', 'UploadLayerPart'),
      ],
      repositoryArn(account, region),
    ),
  ]
}
