/** What to do about AWS's most common errors, whose own messages do not say it. */

const SIGN_IN = "This shell's AWS credentials: those of the platform team's deployer (AWS_PROFILE=…, aws sso login)."
const OUTPUTS = "The hub's own values: pulumi stack output -s hub"

/** Advice by the error's name, or by the code of a failed connection. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['CredentialsProviderError', SIGN_IN],
  ['ExpiredToken', SIGN_IN],
  ['ExpiredTokenException', SIGN_IN],
  ['InvalidClientTokenId', SIGN_IN],
  ['UnrecognizedClientException', SIGN_IN],
  ['InvalidSignatureException', `${SIGN_IN} This machine's clock must be right, too.`],
  [
    'AccessDeniedException',
    `Is it the hub's region and account? The policy that is needed: docs/deployers.md. ${SIGN_IN}`,
  ],
  ['ResourceNotFoundException', `Is it the hub's region and account? ${OUTPUTS}`],
  ['ENOTFOUND', `Is the region right, and this machine online? ${OUTPUTS}`],
  ['ECONNREFUSED', 'Is the local cloud still running, or this machine online?'],
  ['ECONNRESET', `Is the region right? ${OUTPUTS}`],
])

/** @returns undefined if the error does not come from AWS */
export function awsRemedy(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return REMEDIES.get(error.name) ?? ('code' in error ? REMEDIES.get(String(error.code)) : undefined)
}
