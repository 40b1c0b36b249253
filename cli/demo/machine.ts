/** A machine of each tenant in the demonstration: a role of the tenant's own account, which calls without a secret. */
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { organization } from '../../sample-organization.ts'
import { roleArn } from '../../shared/naming.ts'
import { machineIssuers, machineRoles } from '../../shared/settings/of-spoke/machine-issuers.ts'
import type { LocalConnection } from '../hub/cognito.ts'
import { readStack } from '../pulumi/stack-files.ts'

export interface DemoMachine {
  /** The machine's name in its path, `/TENANT.NAME`. */
  readonly name: string
  /** Of the tenant's account. */
  readonly roleArn: string
  readonly audience: string
}

const NAME = 'app'
/** The role of the sample organisation's accounts that stands for an application server. */
const ROLE = 'application'

/** @returns the setting for a tenant's stack that has none; nothing if the hub or the account accepts no machines */
export function demoMachineIssuers({ project, config }: Stack): string | undefined {
  const [account, tenantId] = [config[`${project}:account`], config[`${project}:tenantId`]]
  const known = organization.accounts.find(({ id }) => id === account)
  if (known?.outboundIdentity === undefined || tenantId === undefined || account === undefined) return undefined
  if (!known.roles.some(({ name }) => name === ROLE) || !readsTable(config[`${project}:hubStack`], project))
    return undefined
  const issuer = `https://${known.outboundIdentity}.tokens.sts.global.api.aws`
  const machine = { issuer, audience: `genai/${tenantId}`, claims: { sub: roleArn(account, ROLE) } }
  return JSON.stringify({ [NAME]: machine })
}

/** Gateways get keys of other issuers only from the table. */
function readsTable(hubStack: string | undefined, project: string): boolean {
  try {
    return readStack(hubStack?.split('/').at(-1) ?? 'hub').config[`${project}:keySetVia`] === 'table'
  } catch {
    return false
  }
}

/** The first machine of a stack whose role somebody in the local cloud can use. */
export function machineOf({ project, config }: Stack): DemoMachine | undefined {
  const issuers = machineIssuers.parse(config[`${project}:machineIssuers`] ?? '{}')
  for (const [name, issuer] of Object.entries(issuers))
    for (const role of machineRoles({ [name]: issuer }))
      if (Object.values(organization.profiles ?? {}).includes(role.roleArn)) return { name, ...role }
  return undefined
}

/** @returns a token that names the role, requested as the role's own process would */
export async function machineToken(cloud: LocalCloud, machine: DemoMachine, region: string, local: LocalConnection) {
  const [profile] = Object.entries(cloud.organization.profiles ?? {}).find(([, arn]) => arn === machine.roleArn) ?? []
  const client = new STSClient({
    region,
    credentials: cloud.signIn(profile),
    requestHandler: { httpsAgent: localAgent(local) },
  })
  try {
    const asked = new GetWebIdentityTokenCommand({ Audience: [machine.audience], SigningAlgorithm: 'RS256' })
    const { WebIdentityToken } = await client.send(asked)
    if (!WebIdentityToken) throw new Error('STS answered no token')
    return WebIdentityToken
  } finally {
    client.destroy()
  }
}
