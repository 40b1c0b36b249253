/** Small stacks for the tests of the rules: each resource as a program would declare it. */
import type { Resource } from '../../policy-pack/resource.ts'
import { TENANT_CLAIM } from '../../shared/tenant.ts'

export const make = (
  type: string,
  name: string,
  inputs: Resource['inputs'] = {},
  references: Readonly<Record<string, string>> = {},
): Resource => ({
  urn: name,
  type,
  name,
  inputs,
  references: Object.fromEntries(Object.entries(references).map(([property, urn]) => [property, [urn]])),
  unknown: [],
})

export const document = (...statements: readonly unknown[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })
export const allow = (statement: object) => document({ Effect: 'Allow', ...statement })

export const role = (tenant?: string) => make('aws:iam/role:Role', 'role', { tags: tenant ? { tenant } : {} })
export const rolePolicy = (policy: string) =>
  make('aws:iam/rolePolicy:RolePolicy', 'policy', { policy }, { role: 'role' })
export const trust = (assumeRolePolicy: string, inputs = {}) =>
  make('aws:iam/role:Role', 'role', { assumeRolePolicy, ...inputs })
export const ofTenant1 = (statement: object) => [role('tenant1'), rolePolicy(allow(statement))]
export const endpoint = (policy?: string) =>
  make('aws:ec2/vpcEndpoint:VpcEndpoint', 'endpoint', {
    serviceName: 'com.amazonaws.us-east-1.sts',
    ...(policy && { policy }),
  })

export const TABLE = 'arn:aws:dynamodb:us-east-1:111111111111:table/t'
export const OWN = 'arn:aws:iam::222222222222:role/genai-models-tenant1'
export const ROOT = { AWS: 'arn:aws:iam::111111111111:root' }
export const MINE = { ArnEquals: { 'aws:PrincipalArn': OWN } }

export const vpc = (tenant?: string) => make('aws:ec2/vpc:Vpc', 'vpc', { tags: tenant ? { tenant } : {} })
export const flowLog = (trafficType: string) =>
  make('aws:ec2/flowLog:FlowLog', 'log', { trafficType }, { vpcId: 'vpc' })
export const spoke = [vpc('tenant1'), flowLog('ALL')]
export const route = (inputs: object) => make('aws:ec2/route:Route', 'route', { ...inputs })
export const group = make('aws:ec2/securityGroup:SecurityGroup', 'group')
export const web = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 }
export const rule = (kind: 'Ingress' | 'Egress', inputs: object) =>
  make(
    `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`,
    'rule',
    { ...web, ...inputs },
    { securityGroupId: 'group' },
  )

export const strict = {
  dropInvalidHeaderFields: true,
  desyncMitigationMode: 'strictest',
  accessLogs: { enabled: true },
}
export const loadBalancer = (change: object = {}) =>
  make('aws:lb/loadBalancer:LoadBalancer', 'lb', { ...strict, ...change }, { securityGroups: 'group' })
export const lambda = (inputs: object = {}) =>
  make('aws:lambda/function:Function', 'function', { name: 'f', ...inputs }, { vpcConfig: 'group' })
export const logGroup = (inputs: object) => make('aws:cloudwatch/logGroup:LogGroup', 'logs', { ...inputs })
export const functionLogs = logGroup({ name: '/aws/lambda/f', retentionInDays: 90 })
export const listener = (inputs: object) => make('aws:lb/listener:Listener', 'listener', { ...inputs })
export const listenerRule = (actions: readonly object[], tags = {}) =>
  make('aws:lb/listenerRule:ListenerRule', 'rule', { actions, tags })
export const forward = { type: 'forward', order: 2 }
export const claims = (...names: readonly string[]) =>
  names.map((name) => ({ format: 'single-string', name, values: ['v'] }))
export const jwt = {
  type: 'jwt-validation',
  order: 1,
  jwtValidation: { additionalClaims: claims('aud', 'token_use', TENANT_CLAIM) },
}

/** Of an issuer, with one value of each claim. */
export const validating = (issuer: string, ...names: readonly string[]) => ({
  ...jwt,
  jwtValidation: { issuer, additionalClaims: claims(...names) },
})

export const table = (inputs: object) =>
  make('aws:dynamodb/table:Table', 't', {
    serverSideEncryption: { enabled: true },
    pointInTimeRecovery: { enabled: true },
    ...inputs,
  })
export const instance = (inputs: object) =>
  make('aws:ec2/instance:Instance', 'i', {
    rootBlockDevice: { encrypted: true },
    metadataOptions: { httpTokens: 'required' },
    ...inputs,
  })
export const part = (type: string, inputs = {}) => make(type, type, inputs, { bucket: 'bucket' })
export const bucket = make('aws:s3/bucket:Bucket', 'bucket')
export const encryption = part(
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  {
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
  },
)
export const lifecycle = part('aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration', {
  rules: [{ status: 'Enabled', expiration: { days: 365 } }],
})
export const block = (restrictPublicBuckets = true) =>
  part('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets,
  })

export const gateway = (change: object = {}) =>
  make('aws:ec2transitgateway/transitGateway:TransitGateway', 'tgw', {
    defaultRouteTableAssociation: 'disable',
    defaultRouteTablePropagation: 'disable',
    ...change,
  })
export const byLambda = allow({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' })
export const users = (allowAdminCreateUserOnly: boolean) =>
  make('aws:cognito/userPool:UserPool', 'pool', { adminCreateUserConfig: { allowAdminCreateUserOnly } })
export const provider = (attributeMapping: object) =>
  make('aws:cognito/identityProvider:IdentityProvider', 'acme', { attributeMapping })
/** A rule that asks for a group of the pool's, and for no tenant. */
export const validatingGroup = (value: string) => ({
  ...jwt,
  jwtValidation: {
    issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool',
    additionalClaims: [
      ...claims('aud', 'token_use'),
      { name: 'cognito:groups', format: 'string-array', values: [value] },
    ],
  },
})
export const client = (inputs: object) => make('aws:cognito/userPoolClient:UserPoolClient', 'client', { ...inputs })
