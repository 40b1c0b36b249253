/** The pool's public documents, at AWS's host name and path. Requests for them are unsigned GETs. */
import { AwsError } from '../../errors.ts'
import type { WireResponse } from '../../wire/service.ts'
import { keySet } from './keys.ts'
import { type CognitoCall, permitUnsigned, refusePrivately } from './operation.ts'
import { findPool } from './pool.ts'

/** Names of the documents, after `POOL/.well-known/`. */
export const DOCUMENTS = ['jwks.json', 'openid-configuration'] as const

const PATH = /^\/([\w-]+_[0-9a-zA-Z]+)\/\.well-known\/(jwks\.json|openid-configuration)$/

/** AWS documents no IAM action for the key set. An endpoint policy that should allow it must allow all of `cognito-idp:*`, or every action. */
const ACTION = 'cognito-idp:GetSigningCertificate'

export async function wellKnown(call: Pick<CognitoCall, 'surroundings' | 'request' | 'state'>): Promise<WireResponse> {
  const { surroundings, request, state } = call
  const [path = ''] = request.target.split('?')
  const [, id = '', document] = PATH.exec(path) ?? []
  if (!document) throw new AwsError('ResourceNotFoundException', `Nothing is at ${path}.`, 404)
  const pool = findPool(surroundings.ledger, id, request)
  await permitUnsigned(call, pool, ACTION)
  refusePrivately(call, pool)
  const { issuer } = pool
  const content =
    document === 'jwks.json'
      ? keySet((await state.pool(id)).keys)
      : {
          issuer,
          jwks_uri: `${issuer}/.well-known/jwks.json`,
          id_token_signing_alg_values_supported: ['RS256'],
          response_types_supported: ['code', 'token'],
          scopes_supported: ['openid', 'email', 'phone', 'profile'],
          subject_types_supported: ['public'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        }
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=86400' },
    body: JSON.stringify(content),
  }
}
