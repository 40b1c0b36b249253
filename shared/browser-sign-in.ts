/** Constants of the sign-in by browser, for the hub that allows it and the commands that use it. */

/**
 * The scope of the tokens. Alone, it gives all attributes that the client may read, the tenant among them. Together with `email` the ID token
 * would contain the address and no tenant.
 */
export const SIGN_IN_SCOPE = 'openid'

/** The ports on which a command waits for the browser. An app client's callback URLs are exact, so one of these must be free. */
export const LOGIN_PORTS: readonly number[] = [18765, 18766, 18767]

/** The host is `localhost`, because Cognito allows plain HTTP for no other host. */
export const loginCallback = (port: number): string => `http://localhost:${port}/callback`

export const LOGIN_CALLBACKS: readonly string[] = LOGIN_PORTS.map(loginCallback)
