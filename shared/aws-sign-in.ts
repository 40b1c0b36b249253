/** Explains AWS's errors about credentials, with what to do: AWS's own words name neither the setting nor the stack. */

export interface SigningIn {
  /** A description: `the hub's account`. */
  readonly where: string
  readonly account: string
  /** The role that is assumed, if any. */
  readonly roleArn?: string | undefined
  /** The settings that decide the credentials. */
  readonly settings: string
}

/** In a chain of roles, AWS's error names the role that it refused. */
const ROLE = /arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+/

const REMEDIES: readonly (readonly [RegExp, (to: SigningIn, words: string) => string])[] = [
  [
    /account ID not allowed/i,
    ({ account, settings }) =>
      `The credentials at hand are another account's. Use some of ${account}, or correct ${settings}.`,
  ],
  [
    /sts:AssumeRole|Cannot assume IAM Role|sts:TagSession/i,
    ({ roleArn, settings }, words) =>
      `${ROLE.exec(words)?.[0] ?? roleArn ?? 'The role'} is not there, or does not trust who deploys. Correct ${settings}, or have its trust policy ` +
      'changed: docs/deployers.md.',
  ],
  [
    // The role of a person who has signed in by SSO is called AWSReservedSSO_…: an error that only names it is another one.
    /shared config profile|SharedConfigProfile|No valid credential|ExpiredToken|InvalidClientTokenId|(?<!AWSReserved)SSO/i,
    ({ settings }) => `Sign in first (aws sso login, or AWS_PROFILE), or correct ${settings}.`,
  ],
  [
    /no such host|dial tcp|i\/o timeout|connection refused|TLS handshake/i,
    () => 'AWS is not reached from here: see the network, a proxy, and the region.',
  ],
]

/**
 * Calls AWS, and explains an error about credentials.
 * @throws Error with AWS's words and the remedy
 */
export async function signedIn<T>(to: SigningIn, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const words = wordsOf(cause)
    const remedy = remedyOf(words)?.(to, words)
    if (remedy === undefined) throw cause
    throw new Error(
      `${to.where} (${to.account}) is not reached. ${remedy} Nothing was changed. AWS said: ${firstLine(words)}`,
      { cause },
    )
  }
}

/** Whether an error is one that {@link signedIn} explains: the credentials or the network failed, and AWS did not answer the question. */
export const isAboutSignIn = (cause: unknown): boolean => remedyOf(wordsOf(cause)) !== undefined

/** AWS's words if it refused to answer, because the caller may not ask; undefined for every other error. */
export function unaskedBecause(cause: unknown): { readonly unasked: string } | undefined {
  const words = wordsOf(cause)
  return /AccessDenied|not authorized/i.test(words) && !isAboutSignIn(cause) ? { unasked: firstLine(words) } : undefined
}

const remedyOf = (words: string) => REMEDIES.find(([pattern]) => pattern.test(words))?.[1]

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

const firstLine = (text: string) => text.trim().split('\n')[0] ?? ''
