/** What a sign-in by browser is made of, for the hub that allows it and for the commands that do it. */

/**
 * What tokens are asked for. Alone, it is for every attribute that the client may read, the tenant among them. With `email` beside it the
 * ID token would have the address and no tenant.
 */
export const SIGN_IN_SCOPE = 'openid'

/** Where a command waits for the browser: an app client's callback URLs are exact, so one of these must be free. */
export const LOGIN_PORTS: readonly number[] = [18765, 18766, 18767]

/** `localhost`, as Cognito takes plain HTTP for nothing else. */
export const loginCallback = (port: number): string => `http://localhost:${port}/callback`

export const LOGIN_CALLBACKS: readonly string[] = LOGIN_PORTS.map(loginCallback)
