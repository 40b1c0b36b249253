/** The pool's public documents, under the host name and path of AWS: unsigned GET requests. */
import { AwsError } from '../../errors.ts'
import type { WireResponse } from '../../wire/service.ts'
import { keySet } from './keys.ts'
import { type CognitoCall, permitUnsigned, refusePrivately } from './operation.ts'
import { findPool } from './pool.ts'

/** Their names, after `POOL/.well-known/`. */
export const DOCUMENTS = ['jwks.json', 'openid-configuration'] as const

const PATH = /^\/([\w-]+_[0-9a-zA-Z]+)\/\.well-known\/(jwks\.json|openid-configuration)$/

/** AWS documents no action for the key set; a policy that is open for it names none, or all of `cognito-idp:*`. */
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
