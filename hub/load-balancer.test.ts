import { beforeAll, describe, expect, it } from 'vitest'
import { type HubRecording, recordHub } from '../tests/hub-fixture.ts'
import { MANAGED_GROUPS } from './waf.ts'

const LISTENER = 'aws:lb/listener:Listener'
const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'
const EGRESS = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'
const CERTIFICATE_ARN = 'arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012'

let recorded: HubRecording
let insecure: HubRecording
beforeAll(async () => {
  recorded = await recordHub()
  insecure = await recordHub({ listener: { kind: 'insecureHttp' } })
})

const admitted = (from: HubRecording) =>
  from
    .all(INGRESS)
    .filter(({ inputs }) => inputs.securityGroupId === 'load-balancer-id')
    .map(({ inputs }) => `${inputs.cidrIpv4} ${inputs.fromPort}-${inputs.toPort}`)
    .sort()

describe('the load balancer', () => {
  it('is strict about requests and patient with answers', () => {
    const { inputs, dependencies } = recorded.one('aws:lb/loadBalancer:LoadBalancer')
    expect(inputs).toMatchObject({
      name: 'genai-hub',
      internal: false,
      subnets: ['subnet-public-a', 'subnet-public-b'],
      idleTimeout: 4000,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: 'strictest',
      enableDeletionProtection: true,
      accessLogs: { bucket: 'genai-access-logs-111111111111-us-east-1', prefix: 'load-balancer', enabled: true },
    })
    expect(dependencies).toContain('aws:s3/bucketPolicy:BucketPolicy load-balancer-access-logs')
    expect(dependencies).toContain('awsx:ec2:Vpc network')
  })

  it('admits the allowed addresses and the client instance, and goes out for the key set only', () => {
    expect(admitted(recorded)).toEqual([
      '198.51.100.0/24 443-443',
      '198.51.100.0/24 80-80',
      '203.0.113.9/32 443-443',
      '203.0.113.9/32 80-80',
    ])
    const out = recorded.all(EGRESS).filter(({ inputs }) => inputs.securityGroupId === 'load-balancer-id')
    expect(out.map(({ inputs }) => inputs.fromPort)).toEqual([443])
  })

  it('listens with TLS 1.2 and better, and redirects from HTTP', () => {
    expect(
      recorded
        .all(LISTENER)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['load-balancer-https', 'load-balancer-redirect'])
    expect(recorded.one(LISTENER, 'load-balancer-https').inputs).toMatchObject({
      port: 443,
      protocol: 'HTTPS',
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      routingHttpResponseStrictTransportSecurityHeaderValue: 'max-age=31536000; includeSubDomains',
    })
    expect(recorded.one(LISTENER, 'load-balancer-redirect').inputs).toMatchObject({
      port: 80,
      protocol: 'HTTP',
      defaultActions: [{ type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } }],
    })
  })

  it("answers an unknown path in the API's error shape", () => {
    for (const listener of [
      recorded.one(LISTENER, 'load-balancer-https'),
      insecure.one(LISTENER, 'load-balancer-http'),
    ]) {
      expect(listener.inputs.defaultActions).toEqual([
        {
          type: 'fixed-response',
          fixedResponse: { statusCode: '404', contentType: 'application/json', messageBody: expect.any(String) },
        },
      ])
      const [action] = listener.inputs.defaultActions as readonly { readonly fixedResponse: { messageBody: string } }[]
      const messageBody = action?.fixedResponse.messageBody ?? ''
      const message = expect.stringContaining('/TENANT/invoke')
      expect(JSON.parse(messageBody)).toEqual({
        error: { code: 'tenant_unknown', message, requestId: '' },
        message,
        __type: 'ResourceNotFoundException',
      })
      // AWS's limit.
      expect(messageBody.length).toBeLessThanOrEqual(1024)
    }
  })

  it('answers a preflight before any tenant is asked', () => {
    expect(recorded.one('aws:lb/listenerRule:ListenerRule').inputs).toMatchObject({
      priority: 1,
      conditions: [{ httpRequestMethod: { values: ['OPTIONS'] } }],
      actions: [{ type: 'fixed-response', fixedResponse: { statusCode: '204' } }],
    })
  })
})

describe('the certificate', () => {
  it('is made and proven in the hosted zone, and used once it is valid', () => {
    expect(recorded.one('aws:acm/certificate:Certificate').inputs).toMatchObject({
      domainName: 'genai.example.com',
      validationMethod: 'DNS',
    })
    expect(recorded.one('aws:route53/record:Record', 'load-balancer-certificate-validation').inputs).toMatchObject({
      zoneId: 'Z0123456789EXAMPLEHUB',
      name: '_proof.genai.example.com',
      type: 'CNAME',
      records: ['_acm'],
    })
    expect(recorded.one(LISTENER, 'load-balancer-https').dependencies).toContain(
      'aws:acm/certificateValidation:CertificateValidation load-balancer-certificate',
    )
    expect(recorded.one('aws:route53/record:Record', 'load-balancer').inputs).toMatchObject({
      name: 'genai.example.com',
      type: 'A',
      aliases: [{ name: 'genai-hub-1.elb.amazonaws.com', zoneId: 'ZELB' }],
    })
  })

  it('can be an existing one, whose record is not ours', async () => {
    const { one, all, outputs } = await recordHub({
      listener: { kind: 'certificate', domainName: 'genai.example.com', certificateArn: CERTIFICATE_ARN },
    })
    expect(one(LISTENER, 'load-balancer-https').inputs.certificateArn).toBe(CERTIFICATE_ARN)
    expect(all('aws:acm/certificate:Certificate')).toEqual([])
    expect(all('aws:route53/record:Record')).toEqual([])
    expect(outputs.gatewayUrl).toBe('https://genai.example.com')
  })
})

describe('the demo listener', () => {
  it('is HTTP on port 80 and says so', () => {
    expect(insecure.all(LISTENER).map(({ inputs }) => [inputs.port, inputs.protocol])).toEqual([[80, 'HTTP']])
    expect(insecure.outputs).toMatchObject({
      gatewayUrl: 'http://genai-hub-1.elb.amazonaws.com',
      listenerProtocol: 'HTTP',
    })
    expect(admitted(insecure)).toEqual(['198.51.100.0/24 80-80', '203.0.113.9/32 80-80'])
    expect(insecure.all(EGRESS).filter(({ inputs }) => inputs.securityGroupId === 'load-balancer-id')).toEqual([])
    // Nothing that only TLS gives.
    expect(insecure.one(LISTENER).inputs).not.toHaveProperty('routingHttpResponseStrictTransportSecurityHeaderValue')
  })
})

describe('the access logs', () => {
  const bucket = { bucket: 'genai-access-logs-111111111111-us-east-1' }

  it('are written under this account’s own path, over TLS', () => {
    const { inputs } = recorded.one('aws:s3/bucketPolicy:BucketPolicy')
    expect(inputs).toMatchObject(bucket)
    const [write, deny] = JSON.parse(String(inputs.policy)).Statement
    expect(write).toMatchObject({
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: 's3:PutObject',
    })
    expect(write.Condition).toBeUndefined()
    expect(write.Resource).toMatch(/\/load-balancer\/AWSLogs\/111111111111\/\*$/)
    expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })
  })

  it('are private, encrypted with the only key that load balancers can use, and expire', () => {
    expect(recorded.one('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock').inputs).toEqual({
      ...bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    })
    expect(
      recorded.one('aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration').inputs,
    ).toMatchObject({ rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] })
    expect(recorded.one('aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration').inputs).toMatchObject({
      rules: [{ status: 'Enabled', expiration: { days: 365 } }],
    })
    expect(recorded.one('aws:s3/bucketOwnershipControls:BucketOwnershipControls').inputs.rule).toEqual({
      objectOwnership: 'BucketOwnerEnforced',
    })
  })
})

interface Rule {
  readonly name: string
  readonly priority: number
  readonly action?: { readonly block?: { readonly customResponse: { readonly responseCode: number } } }
  readonly overrideAction?: unknown
  readonly statement: {
    readonly rateBasedStatement?: unknown
    readonly managedRuleGroupStatement?: {
      readonly vendorName: string
      readonly ruleActionOverrides: readonly { readonly name: string; readonly actionToUse: unknown }[]
    }
  }
}

describe('the firewall', () => {
  const rules = () => recorded.one('aws:wafv2/webAcl:WebAcl').inputs.rules as readonly Rule[]

  it('stands before the load balancer', () => {
    expect(recorded.one('aws:wafv2/webAclAssociation:WebAclAssociation').inputs.resourceArn).toContain('loadbalancer/')
    expect(recorded.one('aws:wafv2/webAcl:WebAcl').inputs).toMatchObject({
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
    })
  })

  it('blocks an address over the rate with a 429', async () => {
    const [rate] = (await recordHub({ wafRateLimit: 77 })).one('aws:wafv2/webAcl:WebAcl').inputs
      .rules as readonly Rule[]
    expect(rate?.statement.rateBasedStatement).toEqual({ limit: 77, aggregateKeyType: 'IP', evaluationWindowSec: 300 })
    expect(rate?.action?.block?.customResponse.responseCode).toBe(429)
  })

  it('has the three managed groups in force, with every rule about a body only counted', () => {
    const managed = rules().filter(({ statement }) => statement.managedRuleGroupStatement)
    expect(managed.map(({ name }) => name)).toEqual([
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
    ])
    expect(managed.map(({ overrideAction }) => overrideAction)).toEqual([{ none: {} }, { none: {} }, { none: {} }])
    expect(new Set(rules().map(({ priority }) => priority)).size).toBe(4)
    for (const { name, statement } of managed) {
      const counted = statement.managedRuleGroupStatement?.ruleActionOverrides ?? []
      expect(counted.map((rule) => rule.name)).toEqual(MANAGED_GROUPS.find((group) => group.name === name)?.counted)
      for (const { actionToUse } of counted) expect(actionToUse).toEqual({ count: {} })
    }
    const all = managed.flatMap(({ statement }) => statement.managedRuleGroupStatement?.ruleActionOverrides ?? [])
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SizeRestrictions_BODY', 'NoUserAgent_HEADER', 'Log4JRCE_BODY', 'GenericLFI_BODY']),
    )
  })
})

describe('the client instance', () => {
  it('is locked down: metadata by token, encrypted disk, nothing in', () => {
    expect(recorded.one('aws:ec2/instance:Instance').inputs).toMatchObject({
      subnetId: 'subnet-public-a',
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true },
      vpcSecurityGroupIds: ['client-id'],
    })
    expect(recorded.one('aws:ec2/instance:Instance').ignoreChanges).toEqual(['ami'])
    expect(recorded.all(INGRESS).filter(({ inputs }) => inputs.securityGroupId === 'client-id')).toEqual([])
    expect(recorded.one('aws:ec2/eipAssociation:EipAssociation').inputs).toEqual({
      allocationId: 'eipalloc-1',
      instanceId: 'client-id',
    })
  })

  it('is left out, with its address, when it is not wanted', async () => {
    const without = await recordHub({ clientInstance: false })
    expect(without.all('aws:ec2/instance:Instance')).toEqual([])
    expect(without.all('aws:ec2/eip:Eip')).toEqual([])
    expect(admitted(without)).toEqual(['198.51.100.0/24 443-443', '198.51.100.0/24 80-80'])
  })
})
