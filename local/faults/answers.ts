/** Errors that no operation decides on, in each service's own codes and wire format. */
import { randomUUID } from 'node:crypto'
import { AwsError, UnsupportedError } from '../errors.ts'
import { BEDROCK } from '../services/bedrock/protocol.ts'
import { COGNITO } from '../services/cognito/operation.ts'
import { DYNAMODB } from '../services/dynamodb/dynamodb.ts'
import type { ErrorFormat } from '../services/protocol/protocol.ts'
import type { WireResponse } from '../services/service.ts'
import { STS } from '../services/sts/operation.ts'
import type { Call, Fault } from './rule.ts'

interface Service {
  readonly format: ErrorFormat
  readonly throttling: { readonly code: string; readonly status: number; readonly message: string }
}

const SERVICES: Readonly<Record<string, Service>> = {
  sts: { format: STS, throttling: { code: 'Throttling', status: 400, message: 'Rate exceeded' } },
  dynamodb: {
    format: DYNAMODB,
    throttling: {
      code: 'ThrottlingException',
      status: 400,
      message: 'Rate of requests exceeds the allowed throughput.',
    },
  },
  'cognito-idp': {
    format: COGNITO,
    throttling: { code: 'TooManyRequestsException', status: 400, message: 'Rate exceeded' },
  },
  'bedrock-runtime': {
    format: BEDROCK,
    throttling: {
      code: 'ThrottlingException',
      status: 429,
      message: 'Too many requests, please wait before trying again.',
    },
  },
}

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
      return { ...fault, message: 'The service failed.' }
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

function serviceNamed(name: string): Service {
  const service = SERVICES[name]
  if (!service) throw new UnsupportedError(`faults that are errors of the service '${name}'`)
  return service
}
