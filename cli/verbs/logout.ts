import { loginVariables } from '../hub/login-variables.ts'
import { caVariables } from '../local/ca-bundle.ts'
import type { Verb } from '../verb.ts'

const VARIABLES = [
  ...Object.keys(loginVariables({ gatewayUrl: '', tenant: '', token: '', region: '' })),
  ...Object.keys(caVariables('', '')),
]

export const logout: Verb = {
  name: 'logout',
  usage: '',
  summary: 'Prints the line that takes out of a shell what login has put into it.',
  details: [
    'eval "$(npm run -s genai -- logout)" unsets the token, the addresses and the certificates. A token that was issued stays valid until',
    'it expires, after half an hour at most. Needed before a shell does other work: its clients would call the gateway, and trust certificates',
    'that are gone once .local is deleted.',
  ].join('\n'),
  positionals: [0, 0],
  options: {},
  async run() {
    process.stdout.write(`unset ${VARIABLES.join(' ')}\n`)
    return 0
  },
}
