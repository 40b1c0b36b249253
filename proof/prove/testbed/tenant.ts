/** What is known of a deployed tenant: everything that an attacker could know, and more. */
import type { Guardrail } from '../../../shared/guardrail.ts'
import { executionRoleName, functionName, roleArn, serviceName, taskRoleName } from '../../../shared/naming.ts'
import type { Platform } from '../../harness/platform.ts'
import type { Compute } from '../compute.ts'

export interface TestbedTenant {
  readonly id: string
  readonly account: string
  /** Role in the tenant's account, and the external id that it asks for. */
  readonly roleArn: string
  readonly externalId: string
  /** Host name of the tenant's model endpoint. */
  readonly endpoint: string
  /** Bedrock's id of the tenant's default model. */
  readonly modelId: string
  readonly compute: Compute
  /** The guardrail that every call must name, if the tenant has one. */
  readonly guardrail?: Guardrail
  /** The identity of the gateway's code in the hub's account: a function's execution role, or the role of tasks. */
  readonly executionRoleArn: string
  /** Name of the function, or of the service whose tasks are the gateway. */
  readonly functionName: string
  readonly functionArn: string
  /** The tenant's own people, who may do everything in their account that the organisation allows. */
  readonly administratorArn: string
  /** A subnet of its model endpoint: in the tenant's VPC, where a host of its account would be, or in the hub's VPC for a shared endpoint. */
  readonly subnetId: string
}

/** @throws Error if the tenant is not deployed */
export function readTenant({ cloud: { ledger }, hub }: Platform, id: string): TestbedTenant {
  const item = ledger
    .all('aws:dynamodb/tableItem:TableItem')
    .map(({ outputs }) => JSON.parse(String(outputs.item)))
    .find((attributes) => attributes.tenantId?.S === id && attributes.item?.S === 'configuration')
  if (!item) throw new Error(`The table has no item of ${id}: its stack was not deployed.`)
  const account: string = item.account.S
  const endpoint = ledger
    .all('aws:ec2/vpcEndpoint:VpcEndpoint')
    .find(({ outputs }) => JSON.stringify(outputs.dnsEntries).includes(`"${item.endpoint.S}"`))
  const service = ledger.findBy('aws:ecs/service:Service', 'name', serviceName(id))
  const deployed = service ?? ledger.findBy('aws:lambda/function:Function', 'name', functionName(id))
  const subnetIds = endpoint?.outputs.subnetIds
  if (!deployed || !Array.isArray(subnetIds)) throw new Error(`${id} has no gateway or no model endpoint.`)
  return {
    id,
    account,
    compute: service ? 'fargate' : 'lambda',
    ...(item.guardrail && { guardrail: { id: item.guardrail.M.id.S, version: item.guardrail.M.version.S } }),
    functionName: service ? serviceName(id) : functionName(id),
    functionArn: String(deployed.outputs.arn),
    roleArn: item.roleArn.S,
    externalId: item.externalId.S,
    endpoint: item.endpoint.S,
    modelId: item.models.M[item.defaultModel.S].S,
    executionRoleArn: roleArn(hub.account, service ? taskRoleName(id) : executionRoleName(id)),
    administratorArn: roleArn(account, 'administrator'),
    subnetId: String(subnetIds[0]),
  }
}
