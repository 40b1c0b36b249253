/** What ECS does with the task execution role before a task's container runs: it assumes the roles, pulls the image, and opens the log. */
import type { ApiCall, Session } from '../../iam/authorize.ts'
import { createPrincipals } from '../../iam/principals.ts'
import { trustsService } from '../../iam/service-trust.ts'
import type { Reach, TaskOrigin } from '../../network/path.ts'
import type { Image } from '../../organization.ts'
import type { Surroundings } from '../../wire/service.ts'
import { sourceContext, sourcePolicy } from '../../wire/wire-source.ts'
import { findImage, readImage } from '../ecr/images.ts'
import { LOG_GROUP } from '../logs/resources/log-group.ts'
import type { Revision } from './configuration.ts'

/** The reason why a task stopped before it ran, in ECS's words. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

export interface StartUp {
  readonly surroundings: Surroundings
  readonly reach: Reach
  readonly from: TaskOrigin
  readonly revision: Revision
}

/**
 * A session of one of the task's roles, named by the task's id.
 * @throws StartError if ECS may not assume the role
 */
export function roleSession({ surroundings, from, revision }: StartUp, roleArn: string): Session {
  const { ledger, organization } = surroundings
  const { account, region } = revision
  const role = createPrincipals(ledger, organization)(roleArn)
  const actsFor = { 'aws:SourceAccount': account, 'aws:SourceArn': `arn:aws:ecs:${region}:${account}:*` }
  if (!role || !trustsService(role, 'ecs-tasks.amazonaws.com', actsFor))
    throw new StartError(
      `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions.`,
    )
  const sessionName = from.taskArn.slice(from.taskArn.lastIndexOf('/') + 1)
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${sessionName}`,
    account,
    roleArn,
    sessionName,
    tags: {},
    sessionPolicies: [],
  }
}

/**
 * Checks whether a call of the task's agent reaches a service.
 * @returns the reason if it does not
 */
export function wayTo(
  { surroundings: { ledger }, reach, from }: Pick<StartUp, 'surroundings' | 'reach' | 'from'>,
  host: string,
): Pick<ApiCall, 'context' | 'endpointPolicy'> | string {
  const path = reach(ledger, from, host, 443)
  if (!path.reachable) return path.reason
  const endpointPolicy = sourcePolicy(ledger, path)
  return { context: sourceContext(ledger, from, path), ...(endpointPolicy && { endpointPolicy }) }
}

async function require(
  start: StartUp,
  session: ApiCall['session'],
  host: string,
  failure: string,
  ...calls: readonly (readonly [action: string, resource: string])[]
): Promise<void> {
  const { account, region } = start.revision
  const way = wayTo(start, host)
  if (typeof way === 'string') throw new StartError(`${failure}: dial tcp ${host}:443: i/o timeout (${way})`)
  for (const [action, resource] of calls) {
    const call = { action, resource, resourceAccount: account, region, session, ...way }
    const decision = await start.surroundings.authorize(call)
    if (!decision.allowed) throw new StartError(`${failure}: AccessDeniedException: ${decision.message}`)
  }
}

/**
 * The bytes of an image are in S3, behind a presigned URL from ECR.
 * @throws StartError
 */
export async function pullImage(start: StartUp, execution: Session): Promise<Image> {
  const { surroundings, revision } = start
  const { container, region } = revision
  const named = readImage(container.image)
  if (!named)
    throw new StartError(
      `CannotPullContainerError: the local cloud has images of private repositories by their digest only, not ${container.image}`,
    )
  const api =
    'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR'
  await require(start, execution, `api.ecr.${region}.amazonaws.com`, api, ['ecr:GetAuthorizationToken', '*'])
  const { account, repositoryName, host, digest } = named
  const repository = `arn:aws:ecr:${named.region}:${account}:repository/${repositoryName}`
  const pull = `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref ${container.image}`
  await require(start, execution, host, pull, ['ecr:BatchGetImage', repository], [
    'ecr:GetDownloadUrlForLayer',
    repository,
  ])
  const bucket = `prod-${named.region}-starport-layer-bucket`
  const layers = `CannotPullContainerError: failed to copy the layers of ${container.image}`
  await require(start, 'anonymous', `${bucket}.s3.${named.region}.amazonaws.com`, layers, [
    's3:GetObject',
    `arn:aws:s3:::${bucket}/layer`,
  ])
  const image = findImage(surroundings.ledger, surroundings.organization, named)
  if (!image) throw new StartError(`${pull}: ${digest}: not found`)
  return image
}

/**
 * The log driver makes the log stream before the container runs.
 * @throws StartError
 */
export async function openLog(start: StartUp, execution: Session, stream: string): Promise<void> {
  const { account, container } = start.revision
  const { log } = container
  if (!log) return
  const group = `arn:aws:logs:${log.region}:${account}:log-group:${log.group}`
  const failure =
    'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream'
  await require(start, execution, `logs.${log.region}.amazonaws.com`, failure, [
    'logs:CreateLogStream',
    `${group}:log-stream:${stream}`,
  ])
  const declared = start.surroundings.ledger.where(LOG_GROUP, 'name', log.group).some((one) => one.account === account)
  if (!declared) throw new StartError(`${failure}: ResourceNotFoundException: The specified log group does not exist.`)
}

/** The reason why a task could not start. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
