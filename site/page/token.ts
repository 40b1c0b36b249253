/** What an ID token says. It is read for the page's own words only: whoever it is shown to judges it. */
export interface Claims {
  readonly subject: string
  readonly email?: string
  /** The user's tenant; absent for a user without one. */
  readonly tenant?: string
  readonly groups: readonly string[]
  /** Epoch milliseconds. */
  readonly expires: number
  readonly nonce?: string
}

/** @throws Error for what is no token */
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
