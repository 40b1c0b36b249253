/** What all operations of STS share. */
import { AwsError } from '../../errors.ts'
import type { CredentialStore, IssuedCredential } from '../../iam/credential-store.ts'
import { queryProtocol, type XmlValue } from '../../wire/protocol/query.ts'
import type { Refusals } from '../../wire/protocol/shape.ts'
import type { Surroundings, WireRequest } from '../../wire/service.ts'
import type { FindRole } from './role.ts'

export const STS = queryProtocol({ version: '2011-06-15', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' })

/** STS has a single error code for invalid parameters. */
export const REFUSALS: Refusals = {
  serialization: (message) => new AwsError('ValidationError', message),
  validation: (message) => new AwsError('ValidationError', message),
}

/** What an operation gets. */
export interface StsCall {
  readonly surroundings: Surroundings
  readonly credentials: CredentialStore
  readonly findRole: FindRole
  readonly request: WireRequest
  readonly caller: IssuedCredential
  /** The request's parameters, not checked yet. */
  readonly parameters: unknown
}

export type StsOperation = (call: StsCall) => Promise<XmlValue>
