/** Every resource type and data source that the local cloud has, by token. */
import { UnsupportedError } from '../errors.ts'
import type { InvokeType, ResourceType } from '../resource/resource-type.ts'
import { acm } from './acm/acm.ts'
import { bedrockModel } from './bedrock/bedrock-model.ts'
import { cloudwatch } from './cloudwatch/resources.ts'
import { cognito } from './cognito/resources.ts'
import { dataSources } from './data-sources.ts'
import { dynamodb } from './dynamodb/resources.ts'
import { flowLogs } from './ec2/flow-log.ts'
import { ec2Instance } from './ec2/instance.ts'
import { ec2Routing } from './ec2/routing.ts'
import { securityGroup } from './ec2/security-group.ts'
import { transitGateway } from './ec2/transit-gateway.ts'
import { transitGatewayRoutes } from './ec2/transit-gateway-routes.ts'
import { ec2Vpc } from './ec2/vpc.ts'
import { vpcEndpoint } from './ec2/vpc-endpoint.ts'
import { iamPolicies } from './iam/iam-policy.ts'
import { iamRoles } from './iam/iam-role.ts'
import { lambdaFunctions } from './lambda/lambda-function.ts'
import { lambdaPermissions } from './lambda/lambda-permission.ts'
import { lbListeners } from './load-balancer/lb-listener.ts'
import { loadBalancers } from './load-balancer/lb-load-balancer.ts'
import { lbTargetGroups } from './load-balancer/lb-target-group.ts'
import { logSubscriptions } from './logs/log-subscription.ts'
import { withPermissions } from './permissions/permissions.ts'
import { ram } from './ram/ram.ts'
import { route53 } from './route53/route53.ts'
import { s3 } from './s3/s3.ts'
import { wafv2 } from './wafv2/wafv2.ts'

const families: readonly (readonly ResourceType[])[] = [
  acm,
  bedrockModel,
  cloudwatch,
  cognito,
  dynamodb,
  ec2Instance,
  ec2Routing,
  ec2Vpc,
  flowLogs,
  iamPolicies,
  iamRoles,
  lambdaFunctions,
  lambdaPermissions,
  lbListeners,
  lbTargetGroups,
  loadBalancers,
  logSubscriptions,
  ram,
  route53,
  s3,
  securityGroup,
  transitGateway,
  transitGatewayRoutes,
  vpcEndpoint,
  wafv2,
]

const rows: ReadonlyMap<string, ResourceType> = new Map(families.flat().map((row) => [row.type, withPermissions(row)]))

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

/** Tokens of all data sources. */
export const invokeTokens = (): readonly string[] => [...invokes.keys()]
