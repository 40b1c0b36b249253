/** Injected errors, in each service's own codes and wire format. */
import { randomUUID } from 'node:crypto'
import { AwsError, UnsupportedError } from '../errors.ts'
import type { WireResponse } from '../wire/service.ts'
import type { Call, Fault } from './rule.ts'
import { WIRE_SERVICES, type WireService } from './services.ts'

/** The error that a fault makes a service answer; `undefined` for faults of another kind. */
export function errorAnswer({ service, operation }: Call, fault: Fault): WireResponse | undefined {
  const error = errorOf(service, fault)
  if (!error) return undefined
  const { code, message, status, headers = {} } = error
  const answer = serviceNamed(service).format.refuse(new AwsError(code, message, status), randomUUID())
  return { ...answer, headers: { ...answer.headers, ...headers }, served: { operation, errorCode: code } }
}

function errorOf(service: string, fault: Fault) {
  switch (fault.kind) {
    case 'error':
      return { message: 'The service failed.', ...fault }
    case 'throttling': {
      const { retryAfterSeconds } = fault
      const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
      return { ...serviceNamed(service).throttling, headers }
    }
    case 'expiredCredentials': {
      const message = 'The security token included in the request is expired'
      return { ...serviceNamed(service).format.signature.expiredToken, message, headers: {} }
    }
    default:
      return undefined
  }
}

function serviceNamed(name: string): WireService {
  const service = WIRE_SERVICES[name]
  if (!service) throw new UnsupportedError(`faults that are errors of the service '${name}'`)
  return service
}
