import { checkProvider } from '../../../shared/identity-provider.ts'
import { type Check, failed, ok } from '../check.ts'

export const identity: Check = {
  id: 'identity-provider',
  of: 'hub',
  question: 'Does the identity provider sign as the load balancer takes it, under the very issuer that is set?',
  applies: ({ settings }) => settings.identity !== undefined,
  async ask({ settings, stack }) {
    if (!settings.identity) return []
    try {
      const keys = await checkProvider(settings.identity)
      return ok(`${settings.identity.issuer} has its keys at ${keys}`)
    } catch (error) {
      const [first = '', ...more] = (error instanceof Error ? error.message : String(error)).split('\n')
      return failed([first, ...more].join(' '), `identity in Pulumi.${stack}.yaml, or the provider: docs/identity.md.`)
    }
  },
}
