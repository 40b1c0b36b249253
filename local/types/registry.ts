/** Every resource type and data source that the local cloud has, by token. */
import { UnsupportedError } from '../errors.ts'
import { dataSources } from './data-sources.ts'
import { ec2Instance } from './ec2-instance.ts'
import { ec2Routing } from './ec2-routing.ts'
import { ec2Vpc } from './ec2-vpc.ts'
import { flowLogs } from './flow-log.ts'
import { ram } from './ram.ts'
import type { InvokeType, ResourceType } from './resource-type.ts'
import { securityGroup } from './security-group.ts'
import { transitGateway } from './transit-gateway.ts'
import { transitGatewayRoutes } from './transit-gateway-routes.ts'
import { vpcEndpoint } from './vpc-endpoint.ts'

const rows: ReadonlyMap<string, ResourceType> = new Map(
  [
    ...ec2Vpc,
    ...ec2Routing,
    ...ec2Instance,
    ...flowLogs,
    ...securityGroup,
    ...vpcEndpoint,
    ...transitGateway,
    ...transitGatewayRoutes,
    ...ram,
  ].map((row) => [row.type, row]),
)

const invokes: ReadonlyMap<string, InvokeType> = new Map(dataSources.map((row) => [row.token, row]))

/** The row of a type that may be none of the local cloud's. */
export const findRow = (type: string): ResourceType | undefined => rows.get(type)

/** @throws UnsupportedError naming the type. */
export function rowOf(type: string): ResourceType {
  const row = rows.get(type)
  if (!row) throw new UnsupportedError(`the resource type ${type}`)
  return row
}

/** @throws UnsupportedError naming the data source. */
export function invokeOf(token: string): InvokeType {
  const invoke = invokes.get(token)
  if (!invoke) throw new UnsupportedError(`the data source ${token}`)
  return invoke
}

/** Tokens of all resource types. */
export const resourceTypes = (): readonly string[] => [...rows.keys()]
