/** A tenant's machines: their issuers' key sets, and a listener rule for each machine, which forwards to the tenant's target group. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { HubOutputs } from '../../shared/contract.ts'
import { DEMO_TAG } from '../../shared/naming.ts'
import { LISTS, type MachineIssuer, SPACE_SEPARATED } from '../../shared/tenant.ts'
import type { TagMap } from '../tags.ts'

export interface MachinesArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly machineIssuers: Readonly<Record<string, MachineIssuer>>
  readonly targetGroupArn: pulumi.Input<string>
  readonly tags: TagMap
}

/**
 * The rules for `/TENANT.NAME/*` on the hub's listener. A tenant's id contains no dot, so no path matches two rules, and their priorities do not
 * matter. The key sets that the deployment fetches are fetched again every minute, so `opts.dependsOn` must contain the item that names the
 * issuers.
 */
export function machineRules(
  name: string,
  { tenantId, hub, machineIssuers, targetGroupArn, tags }: MachinesArgs,
  opts: pulumi.CustomResourceOptions & { readonly dependsOn: readonly pulumi.Resource[] },
): void {
  const machines = Object.entries(machineIssuers)
  const { keySetsFunctionArn: functionName } = hub
  if (machines.length === 0 || functionName === undefined) return
  const issuers = machines.map(([, { issuer, jwksUri }]) => `${issuer} ${jwksUri}`).sort()
  const fetched = new aws.lambda.Invocation(
    `${name}-key-sets`,
    { functionName, input: JSON.stringify({ owner: tenantId }), triggers: { issuers: issuers.join(' ') } },
    { ...opts, dependsOn: [...opts.dependsOn] },
  )
  for (const [machine, issuer] of machines) {
    const forward = { type: 'forward', targetGroupArn }
    const isSecure = hub.listenerProtocol === 'HTTPS'
    new aws.lb.ListenerRule(
      `${name}-machine-${machine}`,
      {
        listenerArn: hub.listenerArn,
        conditions: [{ pathPattern: { values: [`/${tenantId}.${machine}`, `/${tenantId}.${machine}/*`] } }],
        actions: isSecure
          ? [
              { ...jwtValidation(issuer), order: 1 },
              { ...forward, order: 2 },
            ]
          : [{ ...forward, order: 1 }],
        tags: isSecure ? tags : { ...tags, ...DEMO_TAG },
      },
      { ...opts, dependsOn: [fetched, ...opts.dependsOn] },
    )
  }
}

function jwtValidation({ issuer, jwksUri, audience, claims }: MachineIssuer) {
  const all = Object.entries({ ...(audience !== undefined && { aud: audience }), ...claims })
  return {
    type: 'jwt-validation',
    jwtValidation: {
      issuer,
      jwksEndpoint: jwksUri,
      additionalClaims: all.map(([name, value]) => ({
        format: formatOf(name),
        name,
        values: [value],
      })),
    },
  }
}

function formatOf(claim: string): 'single-string' | 'string-array' | 'space-separated-values' {
  if (LISTS.includes(claim)) return 'string-array'
  return SPACE_SEPARATED.includes(claim) ? 'space-separated-values' : 'single-string'
}
