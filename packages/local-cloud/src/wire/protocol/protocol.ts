/** What all services share: authentication, the check of permissions, and errors in the service's own format. */
import { randomUUID } from 'node:crypto'
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { ApiCall, Session } from '../../iam/authorize.ts'
import type { CredentialStore, IssuedCredential } from '../../iam/credential-store.ts'
import type { Surroundings, WireRequest, WireResponse } from '../service.ts'
import { SignatureError, type SignatureFailure, verifySignature } from '../sigv4.ts'

/** The error code for what the local cloud does not support. */
export const UNSUPPORTED = 'UnsupportedByLocalCloud'

/** How a service writes errors, and its codes for errors that occur before an operation. */
export interface ErrorFormat {
  readonly refuse: (error: AwsError, requestId: string) => WireResponse
  readonly signature: Readonly<Record<SignatureFailure, { readonly code: string; readonly status: number }>>
  readonly accessDenied: { readonly code: string; readonly status: number }
}

/** The codes of the JSON protocols. */
export const jsonCodes = (status: number): Pick<ErrorFormat, 'signature' | 'accessDenied'> => ({
  signature: {
    missing: { code: 'MissingAuthenticationTokenException', status },
    incomplete: { code: 'IncompleteSignatureException', status },
    unknownKey: { code: 'UnrecognizedClientException', status },
    expiredToken: { code: 'ExpiredTokenException', status },
    mismatch: { code: 'InvalidSignatureException', status },
    clock: { code: 'InvalidSignatureException', status },
  },
  accessDenied: { code: 'AccessDeniedException', status },
})

/** Returns the credential that signed the request; throws the service's own error. */
export function authenticate(
  request: WireRequest,
  signingName: string,
  {
    now,
    credentials,
    format,
  }: { readonly now: () => number; readonly credentials: CredentialStore; readonly format: ErrorFormat },
): IssuedCredential {
  try {
    return verifySignature(request, { service: signingName, now: now(), find: credentials.find })
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error
    const { code, status } = format.signature[error.failure]
    throw new AwsError(code, error.message, status)
  }
}

export interface Permission
  extends Pick<ApiCall, 'action' | 'resource' | 'resourceAccount' | 'session' | 'resourcePolicy'> {
  /** Set if it differs from the request's region: the destination of a cross-region inference profile. */
  readonly region?: string
  /** Condition keys beyond those of the principal and of the way the request came. */
  readonly context?: ApiCall['context']
}

/** Throws the service's access-denied error unless every policy allows the call. */
export async function permit(
  { authorize }: Pick<Surroundings, 'authorize'>,
  request: WireRequest,
  { accessDenied }: Pick<ErrorFormat, 'accessDenied'>,
  { context, region = request.region, ...permission }: Permission,
): Promise<void> {
  const decision = await authorize({
    ...permission,
    region,
    context: { ...request.context, ...context },
    ...(request.endpointPolicy && { endpointPolicy: request.endpointPolicy }),
  })
  if (!decision.allowed) throw new AwsError(accessDenied.code, decision.message, accessDenied.status)
}

/**
 * Runs an operation and turns what it throws into the service's own error. A mistake of the stand-in passes through.
 * `operation` is asked afterwards: its name is known once the request was read.
 */
export async function answer(
  format: ErrorFormat,
  operation: () => string,
  run: (requestId: string, caller: { session?: Session }) => Promise<WireResponse>,
): Promise<WireResponse> {
  const requestId = randomUUID()
  // Filled by the operation as soon as it knows, so that a refusal is reported with its caller as well.
  const caller: { session?: Session } = {}
  try {
    const response = await run(requestId, caller)
    return { ...response, served: { operation: operation(), ...caller } }
  } catch (error) {
    const unsupported = error instanceof UnsupportedError
    // 400, as an outage is something else: nobody shall try it again.
    const refusal = unsupported ? new AwsError(UNSUPPORTED, error.message) : error
    if (!(refusal instanceof AwsError)) throw error
    return {
      ...format.refuse(refusal, requestId),
      served: {
        operation: operation(),
        ...caller,
        errorCode: refusal.code,
        ...(unsupported && { unsupported: error.message }),
      },
    }
  }
}
