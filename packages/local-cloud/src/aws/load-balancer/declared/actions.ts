/** The actions of a listener and its rules, as typed values. */
import { UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { known, number, object, objects, text, texts } from '../../../resource/values.ts'

export interface ClaimCheck {
  readonly name: string
  readonly format: 'single-string' | 'string-array' | 'space-separated-values'
  readonly values: readonly string[]
}

export type Action =
  | {
      readonly kind: 'jwt-validation'
      readonly issuer: string
      readonly keySetUrl: URL
      readonly claims: readonly ClaimCheck[]
    }
  | { readonly kind: 'forward'; readonly targetGroupArn: string }
  | {
      readonly kind: 'redirect'
      readonly status: 301 | 302
      /** May contain `#{host}` and similar variables. */
      readonly protocol: string
      readonly host: string
      readonly port: string
      readonly path: string
      readonly query: string
    }
  | { readonly kind: 'fixed-response'; readonly status: number; readonly contentType: string; readonly body: string }

export function readActions(declared: readonly Properties[], protocol: 'HTTP' | 'HTTPS'): readonly Action[] {
  const ordered = declared.toSorted((a, b) => (number(a, 'order') ?? 0) - (number(b, 'order') ?? 0))
  return ordered.map((action) => readAction(action, protocol))
}

function readAction(action: Properties, protocol: 'HTTP' | 'HTTPS'): Action {
  const type = known(action, 'type')
  switch (type) {
    case 'jwt-validation':
      return readValidation(object(action, 'jwtValidation') ?? {}, protocol)
    case 'forward':
      return { kind: 'forward', targetGroupArn: targetGroupOf(action) }
    case 'redirect': {
      const redirect = object(action, 'redirect') ?? {}
      return {
        kind: 'redirect',
        status: known(redirect, 'statusCode') === 'HTTP_301' ? 301 : 302,
        protocol: text(redirect, 'protocol') ?? '#{protocol}',
        host: text(redirect, 'host') ?? '#{host}',
        port: text(redirect, 'port') ?? '#{port}',
        path: text(redirect, 'path') ?? '/#{path}',
        // If a query is declared empty, the client's query is dropped; if none is declared, it is kept.
        query: typeof redirect.query === 'string' ? redirect.query : '#{query}',
      }
    }
    case 'fixed-response': {
      const response = object(action, 'fixedResponse') ?? {}
      return {
        kind: 'fixed-response',
        status: Number(known(response, 'statusCode')),
        contentType: known(response, 'contentType'),
        body: text(response, 'messageBody') ?? '',
      }
    }
    default:
      throw new UnsupportedError(`a load balancer's action of the type ${type}`)
  }
}

function targetGroupOf(action: Properties): string {
  const direct = text(action, 'targetGroupArn')
  if (direct !== undefined) return direct
  const groups = objects(object(action, 'forward') ?? {}, 'targetGroups')
  const [only] = groups
  if (!only || groups.length > 1) throw new UnsupportedError(`forwarding to ${groups.length} target groups by weight`)
  return known(only, 'arn')
}

const FORMATS: readonly ClaimCheck['format'][] = ['single-string', 'string-array', 'space-separated-values']

function readValidation(validation: Properties, protocol: 'HTTP' | 'HTTPS'): Action {
  if (protocol !== 'HTTPS') throw new UnsupportedError('jwt-validation on an HTTP listener: AWS has it on HTTPS only')
  const claims = objects(validation, 'additionalClaims').map((claim): ClaimCheck => {
    const format = FORMATS.find((value) => value === known(claim, 'format'))
    if (format === undefined) throw new UnsupportedError(`a claim of the format ${known(claim, 'format')}`)
    const values = texts(claim, 'values')
    if (format === 'single-string' && values.length > 1)
      throw new UnsupportedError('more than one value of a claim of the format single-string')
    return { name: known(claim, 'name'), format, values }
  })
  return {
    kind: 'jwt-validation',
    issuer: known(validation, 'issuer'),
    keySetUrl: new URL(known(validation, 'jwksEndpoint')),
    claims,
  }
}
