/** Finds the operation for a method and a path. No other file parses the path. */
import { MACHINE_NAME, TENANT_ID } from '../../shared/tenant.ts'
import { GatewayError } from './errors.ts'
import type { RequestHeaders } from './http.ts'
import type { OfferedOperation, Operation } from './operation.ts'
import { anthropicShape } from './shapes/anthropic.ts'
import { bedrockShape } from './shapes/bedrock.ts'
import { gatewayShape } from './shapes/gateway.ts'
import { openaiShape } from './shapes/openai.ts'
import type { Shape } from './shapes/shape.ts'

/** The API in whose format the request is answered, also if it fails. */
export interface Match {
  readonly shape: Shape
  readonly found: Found | GatewayError
}

export interface Found {
  readonly operation: OfferedOperation
  /** The parts of the path that the operation's pattern names, decoded. */
  readonly path: Readonly<Record<string, string>>
  /** The machine's name, if the path is a machine's (`/TENANT.NAME/…`). */
  readonly machine?: string
}

interface Candidate {
  readonly operation: Operation
  readonly pattern: readonly string[]
}

/** Takes the method, the path as it was sent (still encoded), and the headers. */
export type Matcher = (method: string, path: string, headers: RequestHeaders) => Match

export function createMatcher(operations: readonly Operation[], tenantId: string): Matcher {
  const candidates = operations.map((operation) => ({ operation, pattern: operation.path.split('/').slice(1) }))
  return (method, path, headers) => {
    const [root, first = '', ...rest] = path.split('/')
    const [tenant = '', machine, ...more] = first.split('.')
    const fitting = candidates.filter(({ pattern }) => fits(pattern, rest))
    const candidate = fitting.find(({ operation }) => operation.method === method) ?? fitting[0]
    const shape = candidate ? shapeOf(candidate.operation, headers) : nearestShape(rest)
    const isPath = root === '' && TENANT_ID.test(tenant) && more.length === 0
    if (!isPath || (machine !== undefined && !MACHINE_NAME.test(machine))) return { shape, found: notFound(operations) }
    if (tenant !== tenantId) {
      const error = new GatewayError(
        'tenant_unknown',
        `There is no tenant ${tenant} here. Check the first part of the path.`,
      )
      return { shape, found: error }
    }
    const found = candidate ? taken(candidate, fitting, method, rest) : notFound(operations)
    return { shape, found: found instanceof GatewayError || machine === undefined ? found : { ...found, machine } }
  }
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => (isName(part) ? parts[index] !== '' : part === parts[index]))
  )
}

const isName = (part: string): boolean => part.startsWith('{')

function taken(
  { operation, pattern }: Candidate,
  fitting: readonly Candidate[],
  method: string,
  parts: readonly string[],
): Found | GatewayError {
  if ('refuse' in operation) return operation.refuse()
  if (operation.method !== method) {
    const allow = fitting.map((one) => one.operation.method).join(', ')
    return new GatewayError('method_not_allowed', `This path takes ${allow} only.`, { headers: { allow } })
  }
  const named = pattern.flatMap((part, index) =>
    isName(part) ? [[part.slice(1, -1), parts[index] ?? ''] as const] : [],
  )
  try {
    return { operation, path: Object.fromEntries(named.map(([name, part]) => [name, decodeURIComponent(part)])) }
  } catch (cause) {
    return new GatewayError('request_malformed', 'A part of the path is not valid percent-encoding.', { cause })
  }
}

function shapeOf({ shape }: Operation, headers: RequestHeaders): Shape {
  return typeof shape === 'function' ? shape(headers) : shape
}

/** The format of the client that most probably asked for an unknown path. */
function nearestShape([first, second]: readonly string[]): Shape {
  if (first === 'model') return bedrockShape
  if (first !== 'v1') return gatewayShape
  return second === 'messages' ? anthropicShape : openaiShape
}

function notFound(operations: readonly Operation[]): GatewayError {
  const offered = operations.filter((operation) => !('refuse' in operation))
  const list = offered.map(
    ({ method, path }) => `${method} /TENANT${path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}`,
  )
  return new GatewayError('path_not_found', `There is nothing at this path. There is ${list.join(', ')}.`)
}
