/** The services in which faults can be injected: their operations, and the errors that are common to all operations. */

import { OPERATIONS as BEDROCK_OPERATIONS } from '../aws/bedrock/bedrock.ts'
import { BEDROCK } from '../aws/bedrock/protocol.ts'
import { COGNITO } from '../aws/cognito/operation.ts'
import * as cognitoOperations from '../aws/cognito/operations.ts'
import { DOCUMENTS } from '../aws/cognito/well-known.ts'
import { DYNAMODB } from '../aws/dynamodb/dynamodb.ts'
import { OPERATIONS as DYNAMODB_OPERATIONS } from '../aws/dynamodb/operations.ts'
import { LOGS } from '../aws/logs/operation.ts'
import * as logsOperations from '../aws/logs/operations.ts'
import { STS } from '../aws/sts/operation.ts'
import * as stsOperations from '../aws/sts/operations.ts'
import type { ErrorFormat } from '../wire/protocol/protocol.ts'

/** A service that is called over the network. */
export interface WireService {
  readonly operations: readonly string[]
  readonly format: ErrorFormat
  readonly throttling: { readonly code: string; readonly status: number; readonly message: string }
}

export const WIRE_SERVICES: Readonly<Record<string, WireService>> = {
  sts: {
    operations: Object.keys(stsOperations),
    format: STS,
    throttling: { code: 'Throttling', status: 400, message: 'Rate exceeded' },
  },
  dynamodb: {
    operations: Object.keys(DYNAMODB_OPERATIONS),
    format: DYNAMODB,
    throttling: {
      code: 'ThrottlingException',
      status: 400,
      message: 'Rate of requests exceeds the allowed throughput.',
    },
  },
  'cognito-idp': {
    operations: [...Object.keys(cognitoOperations), ...DOCUMENTS],
    format: COGNITO,
    throttling: { code: 'TooManyRequestsException', status: 400, message: 'Rate exceeded' },
  },
  logs: {
    operations: Object.keys(logsOperations),
    format: LOGS,
    throttling: { code: 'ThrottlingException', status: 400, message: 'Rate exceeded' },
  },
  'bedrock-runtime': {
    operations: Object.values(BEDROCK_OPERATIONS).map(({ name }) => name),
    format: BEDROCK,
    throttling: {
      code: 'ThrottlingException',
      status: 429,
      message: 'Too many requests, please wait before trying again.',
    },
  },
}

/** Operations by service: those of services on the network, the invocation of functions, and requests to tasks. */
export const OPERATIONS_OF: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(WIRE_SERVICES).map(([name, { operations }]) => [name, operations])),
  lambda: ['Invoke'],
  ecs: ['Request'],
}

/** Public documents. Requests for them are not signed, so no clock is checked. */
export const UNSIGNED: ReadonlySet<string> = new Set(DOCUMENTS)
