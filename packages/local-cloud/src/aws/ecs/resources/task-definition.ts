/** `aws.ecs.TaskDefinition`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, later, passRole, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, flag, known, number, object, others, text, texts } from '../../../resource/values.ts'
import { creation, TAGGING, TASK_DEFINITION } from '../calls.ts'
import { client, readContainer } from '../containers.ts'

const FAMILY = /^[a-zA-Z0-9_-]{1,255}$/

const gigabytes = (from: number, to: number, step = 1) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * 1024)

/** The memory sizes in MiB that Fargate (Linux) allows for each size of CPU. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: gigabytes(1, 4),
  1024: gigabytes(2, 8),
  2048: gigabytes(4, 16),
  4096: gigabytes(8, 30),
  8192: gigabytes(16, 60, 4),
  16384: gigabytes(32, 120, 8),
}

const REPLACES = [
  ...['family', 'containerDefinitions', 'cpu', 'memory', 'networkMode', 'requiresCompatibilities'],
  ...['taskRoleArn', 'executionRoleArn', 'runtimePlatform'],
]

export const taskDefinition: ResourceType = {
  type: TASK_DEFINITION,
  inputs: [
    ...REPLACES.filter((name) => name !== 'runtimePlatform'),
    'runtimePlatform.cpuArchitecture',
    'runtimePlatform.operatingSystemFamily',
    'skipDestroy',
    'tags',
  ],
  required: ['family', 'containerDefinitions'],
  replaces: REPLACES,
  defaults: { skipDestroy: false },
  // Services continue to run a revision that was deregistered, and a role may be deleted before the revision that names it.
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    if (!FAMILY.test(known(inputs, 'family')))
      throw client('Family contains invalid characters: it has 1 to 255 letters, digits, hyphens and underscores.')
    if (texts(inputs, 'requiresCompatibilities').join() !== 'FARGATE')
      throw new UnsupportedError(`requiresCompatibilities of ${TASK_DEFINITION} other than ["FARGATE"]`)
    if (text(inputs, 'networkMode') !== 'awsvpc') throw client("Fargate only supports network mode 'awsvpc'.")
    refuseSize(situation)
    refusePlatform(situation)
    const container = readContainer(known(inputs, 'containerDefinitions'))
    for (const name of ['taskRoleArn', 'executionRoleArn'])
      if (text(inputs, name)?.split(':')[4] !== (text(inputs, name) === undefined ? undefined : situation.account))
        throw new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.', 403)
    if (text(inputs, 'executionRoleArn') === undefined)
      throw client(
        `Fargate requires task definition to have execution role ARN to support ${container.log ? 'log driver awslogs' : 'ECR images'}.`,
      )
  },
  answer(situation) {
    const family = known(situation.inputs, 'family')
    const revision = number(situation.current?.outputs ?? {}, 'revision') ?? nextRevision(situation, family)
    const without = arn(situation, 'ecs', `task-definition/${family}`)
    return { id: family, outputs: { arn: `${without}:${revision}`, arnWithoutRevision: without, revision } }
  },
  permissions: (operation, situation, { outputs }) => {
    const { inputs } = situation
    const definition = known(outputs, 'arn')
    const read = call('ecs:DescribeTaskDefinition')
    switch (operation) {
      case 'create':
        return [
          ...['taskRoleArn', 'executionRoleArn'].flatMap((name) => {
            const role = text(inputs, name)
            return role === undefined ? [] : [passRole(role, 'ecs-tasks.amazonaws.com')]
          }),
          ...creation(situation, 'RegisterTaskDefinition', definition, {
            'ecs:compute-compatibility': 'FARGATE',
            'ecs:task-cpu': known(inputs, 'cpu'),
            'ecs:task-memory': known(inputs, 'memory'),
          }),
          ...later([], read),
        ]
      case 'read':
        return [read]
      case 'update':
        return [...retag(situation, TAGGING, definition), ...later([], read)]
      case 'delete':
        return when(flag(inputs, 'skipDestroy') !== true, call('ecs:DeregisterTaskDefinition'))
    }
  },
  importId: {
    format: 'arn:PARTITION:ecs:REGION:ACCOUNTID:task-definition/FAMILY:REVISION',
    pattern: /^arn:[^:]+:ecs:[^:]+:\d{12}:task-definition\/[^:]+:\d+$/,
    of: ({ outputs }) => [idPart(outputs, 'arn')],
  },
}

/** A replacement is registered while the previous revision still exists. */
const nextRevision = (situation: Situation, family: string) =>
  1 +
  Math.max(0, ...others(situation, TASK_DEFINITION, ['family', family]).map(({ outputs }) => Number(outputs.revision)))

function refuseSize({ inputs }: Situation): void {
  for (const name of ['cpu', 'memory'])
    if (text(inputs, name) === undefined) throw client(`Fargate requires that '${name}' be defined at the task level.`)
  if (!SIZES[known(inputs, 'cpu')]?.includes(Number(known(inputs, 'memory'))))
    throw client('No Fargate configuration exists for given values.')
}

function refusePlatform({ inputs }: Situation): void {
  const platform = object(inputs, 'runtimePlatform') ?? {}
  const architecture = text(platform, 'cpuArchitecture') ?? 'X86_64'
  if (architecture !== 'X86_64' && architecture !== 'ARM64')
    throw client(`Invalid cpuArchitecture: ${architecture}. It must be X86_64 or ARM64.`)
  const system = text(platform, 'operatingSystemFamily') ?? 'LINUX'
  if (system !== 'LINUX') throw new UnsupportedError(`operatingSystemFamily "${system}" of ${TASK_DEFINITION}`)
}
