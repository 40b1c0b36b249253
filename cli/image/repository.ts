/** Asks ECR about the hub's repository: whether an image exists, as a spoke's preview does, and for credentials to push. */
import { DescribeImagesCommand, type ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import { repositoryName } from '../../shared/naming.ts'
import { messageOf, UserError } from '../verb.ts'
import { NO_REPOSITORY, POLICY } from './refusals.ts'

export interface HubRepository {
  readonly ecr: Pick<ECRClient, 'send'>
  readonly account: string
  readonly region: string
}

/**
 * @returns the digest to which a tag points, or undefined if there is no such tag
 * @throws UserError if there is no repository
 */
export async function digestOfTag({ ecr, account, region }: HubRepository, tag: string): Promise<string | undefined> {
  try {
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({ registryId: account, repositoryName, imageIds: [{ imageTag: tag }] }),
    )
    return imageDetails[0]?.imageDigest
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : ''
    if (name === 'ImageNotFoundException') return undefined
    if (name === 'RepositoryNotFoundException') throw new NoRepository(account, region)
    throw denied('ecr:DescribeImages', cause)
  }
}

/** The repository is created with the hub's stack. */
export class NoRepository extends UserError {
  constructor(account: string, region: string) {
    super(`There is no repository ${repositoryName} in account ${account}, ${region}.`, NO_REPOSITORY)
  }
}

export interface SignedIn {
  /** Address of the registry's API. */
  readonly url: URL
  /** The registry's credentials: they have the caller's permissions for twelve hours, so they are sent to that registry only. */
  readonly credentials: string
}

/** @throws UserError for credentials of another account: the image would be pushed to a registry that the tasks do not use */
export async function signIn({ ecr, account }: HubRepository): Promise<SignedIn> {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({})).catch((cause: unknown) => {
    throw denied('ecr:GetAuthorizationToken', cause)
  })
  const { authorizationToken: credentials, proxyEndpoint } = authorizationData[0] ?? {}
  if (credentials === undefined || proxyEndpoint === undefined)
    throw new Error('ECR handed out no authorisation token, and no reason.')
  const url = new URL(proxyEndpoint)
  const of = /^(\d{12})\.dkr\.ecr\./.exec(url.hostname)?.[1]
  if (of !== undefined && of !== account)
    throw new UserError(
      `These AWS credentials are of account ${of}, and the hub is in ${account}.`,
      "This shell's AWS credentials: those of the platform team's deployer (AWS_PROFILE=…, aws sso login).",
    )
  return { url, credentials }
}

/** Any other error, such as expired credentials, gets advice by its own name (cli/hub/aws-remedies.ts). */
function denied(action: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.name !== 'AccessDeniedException') return cause
  return new UserError(
    `${action} is denied: ${messageOf(cause)}`,
    `The policy that is needed: ${POLICY}, in docs/deployers.md; a service control policy may deny it too.`,
    { cause },
  )
}
