/** Runs today's programs for the stacks of a variant, in this process, over what is there already. */
import program from '../../index.ts'
import { withDeployerFetch } from '../../local/deployer-fetch.ts'
import type { Ledger, Properties } from '../../local/ledger.ts'
import { deploy, type Stack } from '../../local/mocks.ts'
import type { Organization } from '../../local/organization.ts'

/** The same keys in every run, for `keySetVia: inline`: no request is made here. */
const keySet = async () => ({
  keys: [{ kty: 'RSA', kid: 'recorded', n: 'AQAB', e: 'AQAB', alg: 'RS256', use: 'sig' }] as const,
})

/** @returns the stack's outputs @throws Error when the local cloud refuses the deployment */
export const deployToday = (
  cloud: { readonly ledger: Ledger; readonly organization: Organization },
  stack: Stack,
): Promise<Properties> => withDeployerFetch({ keySet }, () => deploy(cloud, stack, program))
