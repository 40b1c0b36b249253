/** Each rule with an example that fails it, and one next to it that passes. */
import { describe, expect, it } from 'vitest'
import {
  allow,
  block,
  bucket,
  byLambda,
  client,
  document,
  encryption,
  endpoint,
  flowLog,
  forward,
  functionLogs,
  gateway,
  group,
  instance,
  jwt,
  lambda,
  lifecycle,
  listener,
  listenerRule,
  loadBalancer,
  logGroup,
  MINE,
  make,
  OWN,
  ofTenant1,
  provider,
  ROOT,
  role,
  rolePolicy,
  route,
  rule,
  spoke,
  TABLE,
  table,
  trust,
  users,
  validating,
  validatingGroup,
  vpc,
} from '../tests/policies/example-resources.ts'
import type { Resource } from './resource.ts'
import { RULES, violationsOf } from './rules.ts'
import { WILDCARD_ONLY } from './wildcard-actions.ts'

const byProvider = (StringEquals: object) =>
  allow({
    Principal: { Federated: 'arn:aws:iam::111111111111:oidc-provider/idp.example.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals },
  })

const METRICS = 'AWS::CloudWatch::Metric'
const link = (inputs: object = {}) =>
  make('aws:oam/link:Link', 'link', {
    resourceTypes: [METRICS],
    linkConfiguration: { metricConfiguration: { filter: "Namespace IN ('AWS/Bedrock')" } },
    ...inputs,
  })
const sinkPolicy = (types: object) =>
  make('aws:oam/sinkPolicy:SinkPolicy', 'policy', {
    policy: allow({
      Principal: { AWS: ['222222222222'] },
      Action: ['oam:CreateLink', 'oam:UpdateLink'],
      Resource: '*',
      Condition: { 'ForAllValues:StringEquals': types },
    }),
  })

/** The private door, without its network load balancer. */
const targets = (inputs: object = {}) =>
  make('aws:lb/targetGroup:TargetGroup', 'targets', { targetType: 'alb', port: 443, ...inputs })
const tcp = (inputs: object = {}) =>
  make(
    'aws:lb/listener:Listener',
    'tcp',
    { protocol: 'TCP', port: 443, defaultActions: [{ type: 'forward' }], ...inputs },
    { defaultActions: 'targets' },
  )
const door = [group, targets(), tcp()]
const network = (inputs: object = {}) =>
  make(
    'aws:lb/loadBalancer:LoadBalancer',
    'network',
    {
      loadBalancerType: 'network',
      internal: true,
      securityGroups: ['sg-1'],
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
      ...inputs,
    },
    { securityGroups: 'group' },
  )
const SERVICE_NAME = 'com.amazonaws.vpce.us-east-1.vpce-svc-1'
const endpointService = (inputs: object = {}) =>
  make('aws:ec2/vpcEndpointService:VpcEndpointService', 'service', { acceptanceRequired: true, ...inputs })
const principal = (inputs: object = {}) =>
  make('aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple', 'principal', {
    vpcEndpointServiceId: 'vpce-svc-1',
    principalArn: 'arn:aws:iam::222222222222:root',
    ...inputs,
  })
const endpointTo = (serviceName: string) => make('aws:ec2/vpcEndpoint:VpcEndpoint', 'endpoint', { serviceName })
const accepter = (vpcEndpointServiceId = 'vpce-svc-1', of = 'endpoint') =>
  make(
    'aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter',
    'accepter',
    { vpcEndpointServiceId },
    { vpcEndpointId: of },
  )

const permission = (inputs: object) => make('aws:lambda/permission:Permission', 'permission', { ...inputs })

const attachment = (policyArn: string) =>
  make('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'attached', { policyArn })

const BEHAVIOUR = { viewerProtocolPolicy: 'redirect-to-https', responseHeadersPolicyId: 'h' }
const distribution = (change: object) =>
  make('aws:cloudfront/distribution:Distribution', 'distribution', {
    defaultCacheBehavior: BEHAVIOUR,
    viewerCertificate: { minimumProtocolVersion: 'TLSv1.2_2021' },
    origins: [{ domainName: 'b', originAccessControlId: 'a' }],
    webAclId: 'acl',
    ...change,
  })
const originAccess = (signingBehavior: string) =>
  make('aws:cloudfront/originAccessControl:OriginAccessControl', 'access', { signingBehavior })
const CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
const headers = (contentSecurityPolicy: string, accessControlMaxAgeSec = 63_072_000) =>
  make('aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy', 'headers', {
    securityHeadersConfig: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      strictTransportSecurity: { accessControlMaxAgeSec, override: true },
      contentTypeOptions: { override: true },
    },
  })
const bucketPolicy = (Condition: object) =>
  make('aws:s3/bucketPolicy:BucketPolicy', 'policy', {
    policy: allow({
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::b/*',
      Condition,
    }),
  })

const byTasks = allow({ Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' })
const ofRoles = (...names: readonly string[]) =>
  allow({
    Principal: ROOT,
    Action: 'sts:AssumeRole',
    Condition: {
      ArnEquals: { 'aws:PrincipalArn': names.map((name) => `arn:aws:iam::111111111111:role/${name}`) },
      StringEquals: { 'sts:ExternalId': 'e' },
    },
  })
const layers = (statement: object) =>
  make('aws:ec2/vpcEndpoint:VpcEndpoint', 'endpoint', {
    serviceName: 'com.amazonaws.us-east-1.s3',
    vpcEndpointType: 'Gateway',
    policy: allow({ Principal: '*', ...statement }),
  })
const service = (inputs: object) => make('aws:ecs/service:Service', 'service', { ...inputs })
const repository = (inputs: object) =>
  make('aws:ecr/repository:Repository', 'images', {
    imageTagMutability: 'IMMUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
    ...inputs,
  })
const tasks = (change: object) =>
  make('aws:ecs/taskDefinition:TaskDefinition', 'tasks', {
    containerDefinitions: JSON.stringify([
      {
        name: 'gateway',
        image: `r@sha256:${'a'.repeat(64)}`,
        user: '1000:1000',
        readonlyRootFilesystem: true,
        logConfiguration: { logDriver: 'awslogs', options: { mode: 'blocking' } },
        ...change,
      },
    ]),
  })

type Example = readonly [rule: string, fails: readonly Resource[], passes: readonly Resource[]]

const READS = { Action: 'dynamodb:Query', Resource: TABLE }

const EXAMPLES: readonly Example[] = [
  ['policy-documents-readable', [rolePolicy('{')], ofTenant1(READS)],
  ['no-allow-by-exclusion', ofTenant1({ NotAction: 'iam:*', Resource: TABLE }), ofTenant1(READS)],
  ['no-allow-by-exclusion', ofTenant1({ Action: 'dynamodb:Query', NotResource: TABLE }), ofTenant1(READS)],
  ['no-wildcard-action', ofTenant1({ Action: 'dynamodb:*', Resource: TABLE }), ofTenant1(READS)],
  [
    'no-wildcard-action',
    ofTenant1({ Action: ['dynamodb:Quer?'], Resource: TABLE }),
    [rolePolicy(document({ Effect: 'Deny', Action: '*', Resource: '*' }))],
  ],
  [
    'no-wildcard-resource',
    ofTenant1({ Action: 'dynamodb:Query', Resource: '*' }),
    ofTenant1({ Action: 'ec2:DescribeVpcs', Resource: '*' }),
  ],
  [
    'no-wildcard-resource',
    ofTenant1({ Action: ['ec2:DescribeVpcs', 'ec2:RunInstances'], Resource: '*' }),
    ofTenant1(READS),
  ],
  [
    'no-wildcard-resource',
    ofTenant1({ Action: 'dynamodb:Query', Resource: 'arn:aws:dynamodb:us-east-1:1:table/*' }),
    ofTenant1(READS),
  ],
  [
    'no-wildcard-resource',
    ofTenant1({ Action: 'ec2:CreateTags', Resource: 'arn:aws:ec2:us-east-1:1:security-group/*' }),
    ofTenant1({
      Action: 'ec2:CreateTags',
      Resource: 'arn:aws:ec2:us-east-1:1:security-group/*',
      Condition: { StringEquals: { 'aws:ResourceTag/tenant': 'tenant1' } },
    }),
  ],
  [
    'no-public-principal',
    [endpoint(allow({ Principal: '*', ...READS }))],
    [endpoint(allow({ Principal: '*', ...READS, Condition: MINE }))],
  ],
  [
    'no-public-principal',
    [endpoint(allow({ Principal: '*', ...READS, Condition: { StringNotEquals: { 'aws:PrincipalArn': 'x' } } }))],
    [endpoint(allow({ Principal: '*', ...READS, Condition: MINE }))],
  ],
  [
    'pass-role-to-a-named-service',
    ofTenant1({ Action: 'iam:PassRole', Resource: OWN }),
    ofTenant1({
      Action: 'iam:PassRole',
      Resource: OWN,
      Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    }),
  ],
  [
    'assume-own-tenant-role-only',
    ofTenant1({ Action: 'sts:AssumeRole', Resource: OWN.replace('tenant1', 'tenant2') }),
    ofTenant1({ Action: 'sts:AssumeRole', Resource: OWN }),
  ],
  [
    'assume-own-tenant-role-only',
    ofTenant1({ Action: 'sts:AssumeRole', Resource: OWN.replace('222222222222', '*') }),
    ofTenant1({ Action: 'sts:AssumeRole', Resource: OWN }),
  ],
  [
    'assume-own-tenant-role-only',
    ofTenant1({ Action: ['sts:*'], Resource: 'arn:aws:iam::222222222222:role/admin' }),
    ofTenant1(READS),
  ],
  [
    'trust-across-accounts-is-narrow',
    [trust(allow({ Principal: ROOT, Action: 'sts:AssumeRole', Condition: MINE }))],
    [
      trust(
        allow({
          Principal: ROOT,
          Action: 'sts:AssumeRole',
          Condition: { ...MINE, StringEquals: { 'sts:ExternalId': 'e' } },
        }),
      ),
    ],
  ],
  [
    'trust-across-accounts-is-narrow',
    [trust(byProvider({ 'idp.example.com:aud': 'client' }))],
    [trust(byProvider({ 'idp.example.com:aud': 'client', 'idp.example.com:sub': 'deployer' }))],
  ],

  ['network-load-balancers-are-private-doors', [...door, network({ internal: false })], [...door, network()]],
  ['network-load-balancers-are-private-doors', [...door, network({ securityGroups: undefined })], [...door, network()]],
  [
    'network-load-balancers-are-private-doors',
    [...door, network({ enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on' })],
    [...door, network()],
  ],
  [
    'network-load-balancers-are-private-doors',
    [...door, network(), rule('Ingress', { cidrIpv4: '10.0.0.0/8' })],
    [...door, network(), rule('Egress', { cidrIpv4: '10.0.0.0/8' })],
  ],
  [
    'network-load-balancers-are-private-doors',
    [group, targets({ targetType: 'ip' }), tcp(), network()],
    [...door, network()],
  ],
  ['network-load-balancers-are-private-doors', [...door, tcp({ port: 80 })], [...door]],
  ['network-load-balancers-are-private-doors', [...door, tcp({ protocol: 'UDP' })], [...door]],
  ['endpoint-services-name-their-consumers', [endpointService({ acceptanceRequired: false })], [endpointService()]],
  [
    'endpoint-services-name-their-consumers',
    [endpointService({ allowedPrincipals: ['arn:aws:iam::222222222222:root'] })],
    [endpointService()],
  ],
  [
    'endpoint-services-name-their-consumers',
    [endpointService(), principal({ principalArn: '*' })],
    [endpointService(), accepter(), endpointTo(SERVICE_NAME), principal()],
  ],
  ['private-link-leads-to-the-hub', [endpointTo(SERVICE_NAME)], [accepter(), endpointTo(SERVICE_NAME)]],
  [
    'private-link-leads-to-the-hub',
    [accepter(), endpointTo(`${SERVICE_NAME}1`)],
    [accepter(), endpointTo(SERVICE_NAME)],
  ],
  [
    'private-link-leads-to-the-hub',
    [accepter('vpce-svc-1', 'other'), endpointTo(SERVICE_NAME)],
    [accepter(), endpointTo(SERVICE_NAME)],
  ],
  [
    'private-link-leads-to-the-hub',
    [accepter(), endpointTo(SERVICE_NAME), principal({ vpcEndpointServiceId: 'vpce-svc-2' })],
    [accepter(), endpointTo(SERVICE_NAME), principal()],
  ],
  ['private-link-leads-to-the-hub', [accepter()], [accepter(), endpointTo(SERVICE_NAME)]],
  [
    'spoke-without-internet',
    [...spoke, accepter(), endpointTo(`${SERVICE_NAME}1`)],
    [...spoke, accepter(), endpointTo(SERVICE_NAME)],
  ],

  [
    'spoke-without-internet',
    [...spoke, make('aws:ec2/internetGateway:InternetGateway', 'igw')],
    [flowLog('ALL'), vpc(), gateway(), make('aws:ec2/internetGateway:InternetGateway', 'igw')],
  ],
  [
    'spoke-without-internet',
    [...spoke, route({ gatewayId: 'igw-1', destinationCidrBlock: '0.0.0.0/0' })],
    [...spoke, route({ transitGatewayId: 'tgw-1', destinationCidrBlock: '10.0.0.0/16' })],
  ],
  [
    'spoke-without-internet',
    [...spoke, route({ transitGatewayId: 'tgw-1', destinationCidrBlock: '0.0.0.0/0' })],
    spoke,
  ],
  [
    'spoke-without-internet',
    [
      ...spoke,
      make('aws:ec2/routeTable:RouteTable', 'rt', { routes: [{ cidrBlock: '0.0.0.0/0', natGatewayId: 'n' }] }),
    ],
    spoke,
  ],
  [
    'spoke-without-internet',
    [...spoke, make('aws:ec2/subnet:Subnet', 's', { mapPublicIpOnLaunch: true })],
    [...spoke, make('aws:ec2/subnet:Subnet', 's')],
  ],
  [
    'no-ingress-from-public-addresses',
    [group, rule('Ingress', { cidrIpv4: '0.0.0.0/0' })],
    [group, rule('Ingress', { cidrIpv4: '0.0.0.0/0' }), loadBalancer()],
  ],
  [
    'no-ingress-from-public-addresses',
    [group, rule('Ingress', { cidrIpv4: '128.0.0.0/1' })],
    [group, rule('Ingress', { cidrIpv4: '10.0.0.0/19' })],
  ],
  ['no-ingress-from-public-addresses', [group, rule('Ingress', { cidrIpv6: '::/0' })], [group]],
  [
    'no-ingress-from-public-addresses',
    [group, loadBalancer(), rule('Ingress', { cidrIpv4: '0.0.0.0/0', ipProtocol: '-1' })],
    [group],
  ],
  [
    'no-ingress-from-public-addresses',
    [
      make('aws:ec2/securityGroup:SecurityGroup', 'g', {
        ingress: [{ cidrBlocks: ['0.0.0.0/0'], protocol: 'tcp', fromPort: 22, toPort: 22 }],
      }),
    ],
    [group],
  ],
  [
    'no-egress-to-the-world',
    [group, rule('Egress', { cidrIpv4: '0.0.0.0/0' })],
    [group, rule('Egress', { cidrIpv4: '0.0.0.0/0' }), loadBalancer()],
  ],
  [
    'no-egress-to-the-world',
    [group, lambda(), functionLogs, rule('Egress', { cidrIpv4: '0.0.0.0/0' })],
    [group, lambda(), functionLogs, rule('Egress', { cidrIpv4: '12.0.0.0/6' })],
  ],
  [
    'no-egress-to-the-world',
    [group, loadBalancer(), rule('Egress', { cidrIpv4: '0.0.0.0/0', fromPort: 0, toPort: 65535 })],
    [group, rule('Egress', { cidrIpv4: '10.64.0.0/27' })],
  ],
  ['transit-gateway-joins-nobody-by-default', [gateway({ defaultRouteTablePropagation: undefined })], [gateway()]],
  ['transit-gateway-joins-nobody-by-default', [gateway({ autoAcceptSharedAttachments: 'enable' })], [gateway()]],

  [
    'listeners-have-tls',
    [listener({ protocol: 'HTTP', port: 80, defaultActions: [forward] })],
    [listener({ protocol: 'HTTP', tags: { demo: 'insecure-http' } })],
  ],
  [
    'listeners-have-tls',
    [listener({ protocol: 'HTTP', defaultActions: [{ type: 'redirect', redirect: { protocol: 'HTTP' } }] })],
    [listener({ protocol: 'HTTP', defaultActions: [{ type: 'redirect', redirect: { protocol: 'HTTPS' } }] })],
  ],
  [
    'listeners-have-tls',
    [listener({ protocol: 'HTTPS', sslPolicy: 'ELBSecurityPolicy-2016-08' })],
    [listener({ protocol: 'HTTPS', sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06' })],
  ],
  ['rules-validate-tokens', [listenerRule([forward])], [listenerRule([forward, jwt])]],
  [
    'rules-validate-tokens',
    [
      listenerRule([
        { ...forward, order: 1 },
        { ...jwt, order: 2 },
      ]),
    ],
    [listenerRule([forward], { demo: 'insecure-http' })],
  ],
  [
    'rules-validate-tokens',
    [
      listenerRule([forward, validating('https://idp.example.org', 'aud')]),
      listenerRule([forward, validating('https://idp.example.org', 'tenant')]),
      listenerRule([forward, validating('https://idp.example.org', 'aud', 'tid', 'scp')]),
      listenerRule([
        forward,
        validating('https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool', 'aud', 'tenant'),
      ]),
      listenerRule([forward, validating('https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool', 'client_id')]),
    ],
    [
      listenerRule([forward, validating('https://idp.example.org', 'aud', 'roles')]),
      listenerRule([forward, validating('https://0.tokens.sts.global.api.aws', 'aud', 'sub')]),
      listenerRule([
        forward,
        validating('https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool', 'client_id', 'token_use', 'scope'),
      ]),
    ],
  ],
  ['load-balancer-is-strict', [loadBalancer({ desyncMitigationMode: 'defensive' })], [loadBalancer()]],
  ['load-balancer-is-strict', [loadBalancer({ accessLogs: undefined })], [loadBalancer()]],
  ['users-do-not-choose-their-tenant', [users(false)], [users(true)]],
  [
    'users-do-not-choose-their-tenant',
    [provider({ username: 'sub', 'custom:tenant_id': 'tenant' })],
    [provider({ username: 'sub' })],
  ],
  [
    'rules-validate-tokens',
    [listenerRule([validatingGroup('tenant1'), forward])],
    [listenerRule([validatingGroup('us-east-1_Pool_acme'), forward])],
  ],
  ['users-do-not-choose-their-tenant', [client({})], [client({ writeAttributes: ['name'] })]],
  [
    'browsers-sign-in-by-code',
    [
      client({ writeAttributes: ['name'], allowedOauthFlows: ['code', 'implicit'] }),
      client({ writeAttributes: ['name'], callbackUrls: ['https://site.example.com/', 'http://site.example.com/'] }),
      client({ writeAttributes: ['name'], logoutUrls: ['genai://out'] }),
      client({ writeAttributes: ['name'], defaultRedirectUri: 'https://user@site.example.com/' }),
      client({ writeAttributes: ['name'], generateSecret: true }),
    ],
    [
      client({
        writeAttributes: ['name'],
        allowedOauthFlows: ['code'],
        callbackUrls: ['https://site.example.com/', 'http://localhost:18765/callback'],
      }),
    ],
  ],
  [
    'users-do-not-choose-their-tenant',
    [client({ writeAttributes: ['custom:tenant_id'] })],
    [client({ writeAttributes: [] })],
  ],

  ['buckets-are-encrypted', [bucket, lifecycle, block()], [bucket, lifecycle, block(), encryption]],
  ['data-is-encrypted', [table({ serverSideEncryption: undefined })], [table({})]],
  ['data-is-encrypted', [instance({ rootBlockDevice: {} })], [instance({})]],
  ['logs-have-a-retention', [logGroup({ name: 'l' })], [logGroup({ name: 'l', retentionInDays: 90 })]],
  ['nothing-is-kept-for-ever', [lambda()], [lambda(), functionLogs]],
  ['nothing-is-kept-for-ever', [bucket, encryption, block()], [bucket, encryption, block(), lifecycle]],
  [
    'nothing-is-kept-for-ever',
    [bucket, encryption, block(), make('aws:s3/bucketObjectv2:BucketObjectv2', 'o', {}, { bucket: 'another' })],
    [bucket, encryption, block(), make('aws:s3/bucketObjectv2:BucketObjectv2', 'o', {}, { bucket: 'bucket' })],
  ],
  ['distributions-are-strict', [distribution({ webAclId: undefined })], [distribution({})]],
  [
    'distributions-are-strict',
    [distribution({ viewerCertificate: { minimumProtocolVersion: 'TLSv1.1_2016' } })],
    [distribution({ viewerCertificate: { cloudfrontDefaultCertificate: true } })],
  ],
  [
    'distributions-are-strict',
    [distribution({ defaultCacheBehavior: { ...BEHAVIOUR, viewerProtocolPolicy: 'allow-all' } })],
    [distribution({ defaultCacheBehavior: { ...BEHAVIOUR, viewerProtocolPolicy: 'https-only' } })],
  ],
  ['distributions-are-strict', [distribution({ origins: [{ domainName: 'b' }] })], [distribution({})]],
  ['distributions-are-strict', [originAccess('no-override')], [originAccess('always')]],
  ['pages-are-guarded', [headers(`${CSP}; script-src 'self' 'unsafe-inline'`)], [headers(`${CSP}; script-src 'self'`)]],
  ['pages-are-guarded', [headers(`${CSP}; script-src 'self'`, 3600)], [headers(`${CSP}; script-src 'self'`)]],
  [
    'pages-are-guarded',
    [
      distribution({ defaultCacheBehavior: { ...BEHAVIOUR, responseHeadersPolicyId: undefined } }),
      headers(`${CSP}; script-src 'self'`),
    ],
    [distribution({}), headers(`${CSP}; script-src 'self'`)],
  ],
  [
    'buckets-have-one-distribution',
    [bucketPolicy({ StringLike: { 'aws:SourceArn': '*' } })],
    [bucketPolicy({ StringEquals: { 'aws:SourceArn': 'arn:aws:cloudfront::111111111111:distribution/E1' } })],
  ],
  ['tables-can-be-recovered', [table({ pointInTimeRecovery: undefined })], [table({})]],
  ['accounts-share-bedrock-metrics-only', [link({ resourceTypes: [METRICS, 'AWS::Logs::LogGroup'] })], [link()]],
  ['accounts-share-bedrock-metrics-only', [link({ linkConfiguration: {} })], [link()]],
  [
    'accounts-share-bedrock-metrics-only',
    [link({ linkConfiguration: { metricConfiguration: { filter: "Namespace IN ('AWS/Bedrock', 'genai/tenant1')" } } })],
    [link()],
  ],
  ['accounts-share-bedrock-metrics-only', [sinkPolicy({})], [sinkPolicy({ 'oam:ResourceTypes': METRICS })]],
  [
    'accounts-share-bedrock-metrics-only',
    [sinkPolicy({ 'oam:ResourceTypes': [METRICS, 'AWS::XRay::Trace'] })],
    [sinkPolicy({ 'oam:ResourceTypes': [METRICS] })],
  ],
  ['buckets-are-private', [bucket, encryption, lifecycle, block(false)], [bucket, encryption, lifecycle, block()]],
  ['networks-have-flow-logs', [vpc(), flowLog('REJECT')], [vpc(), flowLog('ALL')]],
  ['instances-guard-their-credentials', [instance({ metadataOptions: { httpTokens: 'optional' } })], [instance({})]],

  ['endpoints-have-a-policy', [endpoint()], [endpoint(allow({ Principal: '*', ...READS, Condition: MINE }))]],
  [
    'endpoints-have-a-policy',
    [endpoint(allow({ Principal: '*', ...READS, Condition: MINE, Sid: 's'.repeat(20_480) }))],
    [endpoint(allow({ Principal: '*', ...READS, Condition: MINE, Sid: 's'.repeat(20_000) }))],
  ],
  [
    'function-roles-are-bounded',
    [trust(byLambda)],
    [trust(byLambda, { permissionsBoundary: 'arn:aws:iam::111111111111:policy/b' })],
  ],
  [
    'attached-policies-are-declared',
    [attachment('arn:aws:iam::aws:policy/AdministratorAccess')],
    [attachment('arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore')],
  ],
  [
    'prefix-lists-are-private',
    [make('aws:ec2/managedPrefixList:ManagedPrefixList', 'l', { entries: [{ cidr: '0.0.0.0/1' }] })],
    [make('aws:ec2/managedPrefixList:ManagedPrefixList', 'l', { entries: [{ cidr: '10.0.0.0/9' }] })],
  ],
  ['nothing-is-made-unseen', [make('command:local:Command', 'c')], [make('awsx:ec2:Vpc', 'c')]],
  ['nothing-is-made-unseen', [make('aws:rds/cluster:Cluster', 'c', { storageEncrypted: true })], [role()]],
  [
    'functions-have-named-callers',
    [permission({ principal: 's3.amazonaws.com' })],
    [permission({ principal: 's3.amazonaws.com', sourceAccount: '111111111111' })],
  ],
  [
    'functions-have-named-callers',
    [permission({ principal: '*', sourceArn: TABLE })],
    [permission({ principal: 'elasticloadbalancing.amazonaws.com', sourceArn: TABLE })],
  ],
  [
    'function-roles-are-bounded',
    [trust(byTasks)],
    [trust(byTasks, { permissionsBoundary: 'arn:aws:iam::111111111111:policy/b' })],
  ],
  [
    'trust-across-accounts-is-narrow',
    [trust(ofRoles('genai-gateway-tenant1', 'genai-task-tenant2'))],
    [trust(ofRoles('genai-gateway-tenant1', 'genai-task-tenant1'))],
  ],
  [
    'no-public-principal',
    [layers({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::genai-access-logs/*' })],
    [layers({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*' })],
  ],
  ['tasks-are-closed', [service({ networkConfiguration: { assignPublicIp: true } })], [service({})]],
  ['tasks-are-closed', [service({ enableExecuteCommand: true })], [service({ enableExecuteCommand: false })]],
  ...[
    { image: 'node:24' },
    { user: '0' },
    { user: 'node' },
    { user: undefined },
    { privileged: true },
    { linuxParameters: { capabilities: { add: ['SYS_PTRACE'] } } },
    { readonlyRootFilesystem: false },
    { logConfiguration: { logDriver: 'awslogs', options: {} } },
  ].map((change): Example => ['containers-are-bounded', [tasks(change)], [tasks({})]]),
  ['images-do-not-change', [repository({ imageTagMutability: 'MUTABLE' })], [repository({})]],
  ['images-do-not-change', [repository({ imageScanningConfiguration: { scanOnPush: false } })], [repository({})]],
  ['no-long-lived-credentials', [make('aws:iam/accessKey:AccessKey', 'key')], [role()]],
]

describe('each rule', () => {
  it.each(EXAMPLES.map(([name, fails, passes], index) => [`${name} (${index})`, name, fails, passes] as const))(
    '%s',
    (_, name, fails, passes) => {
      expect(violationsOf(fails).map(({ rule }) => rule)).toContain(name)
      expect(violationsOf(passes)).toEqual([])
    },
  )

  it('has an example', () => {
    expect(new Set(EXAMPLES.map(([name]) => name))).toEqual(new Set(RULES.map(({ name }) => name)))
  })

  it.each(Object.keys(WILDCARD_ONLY))('%s, allowed on everything, only reads', (action) => {
    expect(action).toMatch(/^[a-z0-9-]+:(Describe|Get)[A-Za-z]+$/)
  })
})
