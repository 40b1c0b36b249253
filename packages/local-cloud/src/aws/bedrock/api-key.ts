/**
 * Bedrock API keys, the short-term kind: a presigned call of `CallWithBearerToken`, in Base64. Whoever has one is the principal
 * that signed it, until it or that principal's own session expires. The long-term kind (`iam:CreateServiceSpecificCredential`)
 * is never issued here, so none is valid.
 * Source of the format: what AWS's own `@aws/bedrock-token-generator` makes.
 */
import { AwsError } from '../../errors.ts'
import type { CredentialStore, IssuedCredential } from '../../iam/credential-store.ts'
import type { WireRequest } from '../../wire/service.ts'
import { SignatureError } from '../../wire/sigv4.ts'
import { verifyPresigned } from '../../wire/sigv4-presigned.ts'

const PREFIX = 'bedrock-api-key-'
const HOST = 'bedrock.amazonaws.com'
/** Appended after the signature, so it is not signed. */
const VERSION = '&Version=1'

/** The API key of a request, if it has one instead of a signature. */
export function apiKeyOf({ headers }: WireRequest): string | undefined {
  return /^bearer +(?<key>\S*)$/i.exec(headers.authorization ?? '')?.groups?.key
}

/**
 * Returns the credential with which the key was made.
 * @throws AwsError that does not say what is wrong with the key, like AWS's own
 */
export function verifyApiKey(
  key: string,
  { region, now, find }: { readonly region: string; readonly now: number; readonly find: CredentialStore['find'] },
): IssuedCredential {
  const presigned = key.startsWith(PREFIX) ? Buffer.from(key.slice(PREFIX.length), 'base64').toString('utf8') : ''
  const [host, target] = [HOST, presigned.slice(HOST.length, -VERSION.length)]
  const call = new URLSearchParams(target.slice(target.indexOf('?'))).getAll('Action')
  if (!presigned.startsWith(`${HOST}/?`) || !presigned.endsWith(VERSION) || call.join() !== 'CallWithBearerToken')
    throw invalid()
  try {
    return verifyPresigned({ method: 'POST', host, target, region }, { service: 'bedrock', now, find })
  } catch (error) {
    if (error instanceof SignatureError) throw invalid()
    throw error
  }
}

const invalid = () =>
  new AwsError('AccessDeniedException', 'Authentication failed: Please make sure your API Key is valid.', 403)
