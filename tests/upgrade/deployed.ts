/** Runs today's programs for the stacks of a variant, in this process, over what is there already. */

import { withDeployerFetch } from '@genai/local-cloud/engine/in-process/deployer-fetch'
import { deploy, type Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { Ledger, type Properties } from '@genai/local-cloud/ledger/ledger'
import type { Organization } from '@genai/local-cloud/organization'
import { localImages } from '../../cli/local/gateway-image.ts'
import program from '../../index.ts'
import { PROVIDER } from '../../proof/prove/testbed/provider-people.ts'
import { organization as sample } from '../../sample-organization.ts'
import type { Deployed, DeployedStack } from './fixture.ts'
import { stacksOf, type Variant } from './variants.ts'

/** The same keys in every run, for `keySetVia: inline`: no request is made here. */
const keySet = async () => ({
  keys: [{ kty: 'RSA', kid: 'recorded', n: 'AQAB', e: 'AQAB', alg: 'RS256', use: 'sig' }] as const,
})

/** @returns the stack's outputs @throws Error when the local cloud refuses the deployment */
export const deployToday = (
  cloud: { readonly ledger: Ledger; readonly organization: Organization },
  stack: Stack,
): Promise<Properties> =>
  withDeployerFetch({ keySet }, async () => deploy(await withImages(cloud), stack, program), PROVIDER)

/** Today's tasks run today's image, which somebody has pushed before. */
const withImages = async <C extends { readonly organization: Organization }>(cloud: C): Promise<C> => ({
  ...cloud,
  organization: { ...cloud.organization, images: await localImages() },
})

/** Deploys one variant into a ledger of its own. */
export async function deployVariant(variant: string, { organization, ...settings }: Variant): Promise<Deployed> {
  const ledger = new Ledger()
  const stacks: DeployedStack[] = []
  for (const stack of stacksOf(settings.stacks)) {
    const outputs = await deployToday({ ledger, organization: { ...sample, ...organization } }, stack)
    stacks.push({ ...stack, outputs })
  }
  return { variant, organization, stacks, resources: ledger.all() }
}
