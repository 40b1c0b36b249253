/** Rules about containers: what runs in a task, who can get into it, and where its image comes from. */
import { asList, asMap, isUnknown, ofType, type Resource, type Rule, shown, violation } from '../resource.ts'

const DEFINITION = 'aws:ecs/taskDefinition:TaskDefinition'
const SERVICE = 'aws:ecs/service:Service'
const REPOSITORY = 'aws:ecr/repository:Repository'

const closedTasks: Rule = {
  name: 'tasks-are-closed',
  says: 'A task has no public address, and nobody gets a shell in it.',
  remedy: 'Set assignPublicIp and enableExecuteCommand to false.',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, SERVICE).flatMap((service) => {
      const { networkConfiguration, enableExecuteCommand } = service.inputs
      return [
        ...(asMap(networkConfiguration).assignPublicIp === true ? ['Its tasks have public addresses.'] : []),
        ...(enableExecuteCommand === true ? ['Whoever may run ECS Exec gets the credentials of its tasks.'] : []),
      ].map((message) => violation(service, message))
    }),
}

/** The containers of a task definition; undefined if they are not known yet, or are no JSON. */
function containersOf(definition: Resource): readonly Readonly<Record<string, unknown>>[] | undefined {
  const { containerDefinitions } = definition.inputs
  if (typeof containerDefinitions !== 'string') return undefined
  try {
    return asList(JSON.parse(containerDefinitions)).map(asMap)
  } catch {
    return undefined
  }
}

const boundedContainers: Rule = {
  name: 'containers-are-bounded',
  says: 'A container runs an image that cannot change, not as root, without privileges, on a root that it cannot write to, and its lines are not dropped.',
  remedy:
    'Name the image by its digest; set user to a number above 0, readonlyRootFilesystem to true, and awslogs with mode "blocking".',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, DEFINITION).flatMap((definition) => {
      if (isUnknown(definition, 'containerDefinitions')) return []
      const containers = containersOf(definition)
      if (!containers?.length) return [violation(definition, 'Its containers cannot be read.')]
      return containers.flatMap((container) =>
        mistakesOf(container).map((message) =>
          violation(definition, `The container ${shown(container.name)} ${message}`),
        ),
      )
    }),
}

const DIGEST = /@sha256:[0-9a-f]{64}$/
/** A user by number, because a name would be looked up in the image. */
const NOT_ROOT = /^[1-9]\d*(:[1-9]\d*)?$/

function mistakesOf(container: Readonly<Record<string, unknown>>): readonly string[] {
  const { image, user, privileged, readonlyRootFilesystem, logConfiguration, linuxParameters } = container
  const { logDriver, options } = asMap(logConfiguration)
  const { add } = asMap(asMap(linuxParameters).capabilities)
  return [
    ...(typeof image === 'string' && DIGEST.test(image) ? [] : ['has an image that is not named by its digest.']),
    ...(typeof user === 'string' && NOT_ROOT.test(user) ? [] : ['may run as root.']),
    ...(privileged === true || asList(add).length > 0 ? ['has privileges.'] : []),
    ...(readonlyRootFilesystem === true ? [] : ['can write to its root.']),
    // AWS's default drops lines that cannot be sent, and an audit line may be among them.
    ...(logDriver === 'awslogs' && asMap(options).mode === 'blocking' ? [] : ['may lose its lines.']),
  ]
}

const fixedImages: Rule = {
  name: 'images-do-not-change',
  says: 'An image keeps its tag, and is scanned when it comes.',
  remedy: 'Set imageTagMutability to IMMUTABLE, and imageScanningConfiguration.scanOnPush to true.',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, REPOSITORY).flatMap((repository) => {
      const { imageTagMutability, imageScanningConfiguration } = repository.inputs
      return [
        ...(imageTagMutability === 'IMMUTABLE' || isUnknown(repository, 'imageTagMutability')
          ? []
          : ['A tag can be put on another image.']),
        ...(asMap(imageScanningConfiguration).scanOnPush === true || isUnknown(repository, 'imageScanningConfiguration')
          ? []
          : ['Images are not scanned.']),
      ].map((message) => violation(repository, message))
    }),
}

export const TASK_RULES: readonly Rule[] = [closedTasks, boundedContainers, fixedImages]
