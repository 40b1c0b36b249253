/** `POST /oauth2/revoke`: ends the session of a refresh token. */
import type { WireResponse } from '../../../wire/service.ts'
import { clientOf, type DomainCall, formOf } from './domain-call.ts'
import { answer, refused } from './token.ts'

export function revoke(call: DomainCall): WireResponse {
  const form = formOf(call.request)
  const token = form?.get('token')
  if (!form || !token) return refused('invalid_request')
  const client = clientOf(call, form.get('client_id'))
  if (!client) return answer(401, { error: 'invalid_client' })
  if (!client.revocable) return refused('invalid_request')
  // A token in three parts is an ID or access token, which cannot be revoked here.
  if (token.split('.').length === 3) return refused('unsupported_token_type')
  const signIn = call.data.signIn(token)
  // OAuth treats an unknown token like one that is revoked already.
  if (signIn?.clientId === client.id) call.data.revoke(({ originJti }) => originJti === signIn.originJti)
  return { status: 200, headers: { 'access-control-allow-origin': '*' }, body: '' }
}
