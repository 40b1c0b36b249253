/** Asks Route 53 for the hosted zone of a name before anything is made: a wrong id would fail when most of a stack is there. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { unaskedBecause } from '../aws-sign-in.ts'
import type { Listener } from '../choices.ts'
import { type FoundZone, zoneMistake, zoneRemedy } from '../hosted-zone.ts'

/**
 * Asks nothing where the certificate is given. A deployer that may not ask is warned, and goes on.
 * @param provider of the account, which nothing is made with
 * @throws Error naming what is wrong with the zone, and what to do
 */
export async function checkHostedZone(
  named: Listener,
  { account, stack }: { readonly account: string; readonly stack: string },
  provider: aws.Provider,
): Promise<void> {
  if (named.kind !== 'hostedZone') return
  const found = await findZone(named.hostedZoneId, provider)
  if (found && 'unasked' in found) {
    await pulumi.log.warn(
      `Whether account ${account} has the hosted zone ${named.hostedZoneId} was not checked: its deployer needs route53:GetHostedZone and ` +
        `route53:ListTagsForResource (docs/deployers.md). AWS said: ${found.unasked}`,
    )
    return
  }
  const mistake = zoneMistake(named, account, found)
  if (mistake !== undefined) throw new Error(`${mistake} ${zoneRemedy(stack)}`)
}

/** @returns undefined where there is none; `unasked` is what AWS said where the deployer may not ask */
async function findZone(
  zoneId: string,
  provider: aws.Provider,
): Promise<FoundZone | { readonly unasked: string } | undefined> {
  try {
    const { name, privateZone } = await aws.route53.getZone({ zoneId }, { provider })
    return { name: name.replace(/\.$/, ''), isPrivate: privateZone === true }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    // The provider's words, which older versions of it take from Route 53.
    if (/couldn't find resource|NoSuchHostedZone|no matching Route ?53/i.test(words)) return undefined
    const refused = unaskedBecause(error)
    if (refused) return refused
    throw error
  }
}
