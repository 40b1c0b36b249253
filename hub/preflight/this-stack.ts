/** What this hub's stack has deployed before, and which of it cannot be changed in place. It is read from the stack itself, not from AWS. */
import { type HubOutputs, isNewer, NEWER_REMEDY } from '../../shared/contract.ts'
import type { HubSettings } from '../../shared/settings.ts'

/** The outputs of the last deployment with which the settings are compared. */
export const BEFORE = [
  'contractVersion',
  'account',
  'region',
  'cidrBlock',
  'spokesCidrBlock',
  'zoneIds',
  'leavingSubnet',
  'listenerProtocol',
  'privateSubnets',
  'hubRouteTableId',
  'sharing',
  'fargate',
  'keySetVia',
  'loadBalancer',
  'endpointService',
  'vpcId',
  'centralModels',
  'tenantId',
] as const

/** What this stack has deployed; empty before its first `up`. */
export type Before = Partial<Pick<HubOutputs, Exclude<(typeof BEFORE)[number], 'tenantId' | 'contractVersion'>>> & {
  /** The version that wrote the outputs. */
  readonly contractVersion?: number
  /** Set if the stack was a tenant's, and its `role` was changed. */
  readonly tenantId?: string
}

/** Where the documentation describes a second hub. */
export const CELLS = 'docs/operations.md, "Cells"'

/**
 * Refuses changes that no hub can make in place, with or without tenants. Needs no credentials.
 * @throws Error that says what is deployed, what was asked, and what to do instead
 */
export function checkPlace({ account, region, listener, userPoolDomain }: HubSettings, before: Before): void {
  const mistakes: string[] = []
  if (isNewer(before.contractVersion))
    mistakes.push(
      `A newer version of this project deployed this hub (contract ${before.contractVersion}). ${NEWER_REMEDY}`,
    )
  if (before.tenantId !== undefined)
    mistakes.push(
      `This stack holds the tenant ${before.tenantId}, not a hub. Put role back; a hub is a stack of its own: pulumi stack init hub`,
    )
  for (const [name, was, asked] of [
    ['account', before.account, account],
    ['region', before.region, region],
  ] as const)
    if (before.tenantId === undefined && was !== undefined && was !== asked)
      mistakes.push(
        `The hub of this stack is deployed in ${name} ${was}, and does not move to ${asked}. Put ${name} back, or make a second hub ` +
          `there: ${CELLS}.`,
      )
  const protocol = listener.kind === 'insecureHttp' ? 'HTTP' : 'HTTPS'
  if (before.listenerProtocol !== undefined && before.listenerProtocol !== protocol)
    mistakes.push(
      `The listener that tenants' rules are on is ${before.listenerProtocol}, and is not changed to ${protocol} in place. Put the ` +
        'listener back, or destroy the tenants and the hub first: npm run genai -- destroy',
    )
  if (userPoolDomain !== undefined && before.keySetVia === 'endpoint')
    mistakes.push(
      "The gateways of this hub read keys through Cognito's endpoint still, and a pool with a domain cannot be reached through it. Take userPoolDomain " +
        "out, run this `up`, then every tenant's, and set it then.",
    )
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
}
