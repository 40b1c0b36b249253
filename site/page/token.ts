/** Reads claims of an ID token, only to show them on the page. The servers that get the token check it. */
export interface Claims {
  readonly subject: string
  readonly email?: string
  /** The user's tenant; absent if the token names none. */
  readonly tenant?: string
  readonly groups: readonly string[]
  /** Epoch milliseconds. */
  readonly expires: number
  readonly nonce?: string
}

/** @throws Error for a text that is no token */
export function claimsOf(idToken: string): Claims {
  const [, body = ''] = idToken.split('.')
  const bytes = Uint8Array.from(atob(body.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>
  const text = (name: string) => (typeof claims[name] === 'string' ? claims[name] : undefined)
  const [subject, email, tenant, nonce] = ['sub', 'email', 'custom:tenant_id', 'nonce'].map(text)
  if (subject === undefined || typeof claims.exp !== 'number') throw new Error('This is no ID token.')
  return {
    subject,
    expires: claims.exp * 1000,
    groups: Array.isArray(claims['cognito:groups']) ? claims['cognito:groups'].map(String) : [],
    ...(email !== undefined && { email }),
    ...(tenant !== undefined && { tenant }),
    ...(nonce !== undefined && { nonce }),
  }
}
