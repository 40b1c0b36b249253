/** Container definitions: the JSON text of a task definition, read and checked as `RegisterTaskDefinition` does for Fargate. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import { asObject, flag, number, object, objects, text } from '../../resource/values.ts'

export interface Container {
  readonly name: string
  readonly image: string
  readonly ports: readonly number[]
  readonly environment: Readonly<Record<string, string>>
  readonly stopTimeoutSeconds: number
  /** Absent if the container has no log driver: its output is then lost. */
  readonly log?: { readonly group: string; readonly region: string; readonly streamPrefix: string }
}

const KNOWN = [
  ...['name', 'image', 'essential', 'cpu', 'memory', 'memoryReservation', 'environment', 'portMappings', 'user'],
  ...['readonlyRootFilesystem', 'stopTimeout', 'logConfiguration', 'linuxParameters', 'versionConsistency'],
]

/** Inputs that are accepted only if they are empty. */
const EMPTY_ONLY = ['mountPoints', 'volumesFrom', 'systemControls', 'secrets', 'command', 'entryPoint', 'dependsOn']

const LOG_OPTIONS = ['awslogs-group', 'awslogs-region', 'awslogs-stream-prefix', 'mode', 'max-buffer-size']

const DEFAULT_STOP_SECONDS = 30

export const client = (message: string) => new AwsError('ClientException', message)

/** @throws AwsError for what AWS refuses; UnsupportedError for what the local cloud does not run */
export function readContainer(definitions: string): Container {
  let parsed: Value
  try {
    parsed = JSON.parse(definitions) as Value
  } catch {
    throw client('ECS Task Definition container_definitions is invalid: it is no JSON')
  }
  const list = Array.isArray(parsed) ? parsed.map(asObject) : []
  const [only] = list
  if (!only) throw client('Task definition must contain at least one container.')
  if (list.length > 1) throw new UnsupportedError(`a task of ${list.length} containers`)
  refuseUnknown(only)
  if (flag(only, 'essential') === false)
    throw client('A task definition must contain at least one essential container.')
  const ports = objects(only, 'portMappings').map(readPort)
  const stopTimeoutSeconds = number(only, 'stopTimeout') ?? DEFAULT_STOP_SECONDS
  if (stopTimeoutSeconds < 0 || stopTimeoutSeconds > 120)
    throw client('Fargate requires that container stopTimeout is between 0 and 120 seconds.')
  const log = readLog(only)
  return {
    name: required(only, 'name'),
    image: required(only, 'image'),
    ports,
    environment: Object.fromEntries(
      objects(only, 'environment').map((one) => [required(one, 'name'), String(one.value ?? '')]),
    ),
    stopTimeoutSeconds,
    ...(log && { log }),
  }
}

function refuseUnknown(container: Properties): void {
  for (const [name, value] of Object.entries(container)) {
    const empty = value === null || (Array.isArray(value) && value.length === 0)
    if (KNOWN.includes(name) || (EMPTY_ONLY.includes(name) && empty)) continue
    if (name === 'privileged') throw client('Fargate does not support privileged containers.')
    throw new UnsupportedError(`${name} in a container definition`)
  }
}

function readPort(mapping: Properties): number {
  const port = number(mapping, 'containerPort')
  if (port === undefined || port < 1 || port > 65_535) throw client(`Invalid container port: ${mapping.containerPort}.`)
  if ((number(mapping, 'hostPort') ?? port) !== port)
    throw client('When networkMode=awsvpc, the host ports and container ports in port mappings must match.')
  if ((text(mapping, 'protocol') ?? 'tcp') !== 'tcp')
    throw new UnsupportedError('a port of UDP in a container definition')
  return port
}

function readLog(container: Properties): Container['log'] {
  const configuration = object(container, 'logConfiguration')
  if (!configuration) return undefined
  const driver = text(configuration, 'logDriver')
  if (driver !== 'awslogs') throw new UnsupportedError(`the log driver ${driver} of a container`)
  const options = object(configuration, 'options') ?? {}
  const unknown = Object.keys(options).find((name) => !LOG_OPTIONS.includes(name))
  if (unknown !== undefined) throw new UnsupportedError(`the option ${unknown} of the log driver awslogs`)
  for (const name of LOG_OPTIONS.slice(0, 3))
    if (text(options, name) === undefined)
      throw client(
        `Log driver awslogs requires options: awslogs-region, awslogs-group, and on Fargate ${LOG_OPTIONS[2]}`,
      )
  const mode = text(options, 'mode') ?? 'non-blocking'
  if (mode !== 'blocking' && mode !== 'non-blocking') throw client(`Invalid log driver mode: ${mode}`)
  return {
    group: required(options, 'awslogs-group'),
    region: required(options, 'awslogs-region'),
    streamPrefix: required(options, 'awslogs-stream-prefix'),
  }
}

function required(from: Properties, name: string): string {
  const value = text(from, name)
  if (value === undefined) throw client(`Container.${name} should not be null or empty.`)
  return value
}
