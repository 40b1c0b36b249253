import { loginVariables } from '../hub/login-variables.ts'
import { openSession, SESSION_OPTIONS } from '../hub/user-session.ts'
import { caVariables, writeCaBundle } from '../local/ca-bundle.ts'
import { exportLines } from '../terminal/shell.ts'
import type { Verb } from '../verb.ts'

export const login: Verb = {
  name: 'login',
  usage: 'TENANT',
  summary: "Signs a tenant's user in and prints export lines for a shell.",
  details: [
    'eval "$(npm run -s login -- tenant1)" sets GATEWAY_URL, TENANT_ID (read from the token) and ID_TOKEN; the region, endpoint and',
    'key that make AWS SDKs and boto3 call Bedrock through the gateway; and, for the running local cloud, which certificates to trust',
    '(this machine\'s own among them). For a deployed hub, name it with the three flags that "pulumi stack output -s hub" answers;',
    'the password is asked for, or read from a pipe, and so is the code of an authenticator app where the user pool wants one (--code,',
    '--set-up-code). With --browser the user signs in on the pages of the hub instead (userPoolDomain of',
    'the hub). A token is good for half an hour: then run it again. People of an external provider: --issuer URL with --browser or --device',
    '(docs/identity.md).',
    'eval "$(npm run -s genai -- logout)" takes all of it out of the shell.',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    ...SESSION_OPTIONS,
    json: { type: 'boolean', help: 'the same as a JSON object' },
  },
  async run({ values, positionals }) {
    const session = await openSession(positionals[0] ?? '', values)
    const { caFile, tokens } = session
    const exports = {
      ...loginVariables({ ...session, token: tokens.idToken }),
      ...(caFile !== undefined && caVariables(caFile, writeCaBundle(caFile))),
    }
    session.close()
    process.stdout.write(values.json === true ? `${JSON.stringify(exports, null, 2)}\n` : exportLines(exports))
    return 0
  },
}
