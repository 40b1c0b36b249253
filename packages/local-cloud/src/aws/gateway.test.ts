import { beforeEach, describe, expect, it } from 'vitest'
import { createAuthorize } from '../iam/authorize.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import { Declarer, HUB } from '../testing/declarer.ts'
import { organization } from '../testing/organization.ts'
import { networkInterfacesOf } from './ec2/network-interfaces.ts'

const FUNCTION = 'aws:lambda/function:Function'
const PERMISSION = 'aws:lambda/permission:Permission'
const LOAD_BALANCER = 'aws:lb/loadBalancer:LoadBalancer'
const LISTENER = 'aws:lb/listener:Listener'
const RULE = 'aws:lb/listenerRule:ListenerRule'
const TARGET_GROUP = 'aws:lb/targetGroup:TargetGroup'
const ATTACHMENT = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'
const CERTIFICATE = 'aws:acm/certificate:Certificate'
const VALIDATION = 'aws:acm/certificateValidation:CertificateValidation'
const RECORD = 'aws:route53/record:Record'
const ZONE = 'Z0123456789EXAMPLEHUB'

const json = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const code = { archive: 'entries', entries: {}, sha256: '00' }
const notFound = { type: 'fixed-response', fixedResponse: { statusCode: '404', contentType: 'text/plain' } }

/** A VPC with two public subnets, a security group and an execution role. */
class Fixture extends Declarer {
  subnetIds: string[] = []
  group!: Declared
  role!: Declared

  async prepare(): Promise<this> {
    const vpc = await this.make('aws:ec2/vpc:Vpc', 'vpc', { cidrBlock: '10.0.0.0/16' })
    await this.make('aws:ec2/internetGateway:InternetGateway', 'out', { vpcId: vpc.id })
    for (const [index, availabilityZone] of ['us-east-1a', 'us-east-1b'].entries()) {
      const inputs = { vpcId: vpc.id, cidrBlock: `10.0.${index}.0/24`, availabilityZone }
      this.subnetIds.push((await this.make('aws:ec2/subnet:Subnet', availabilityZone, inputs)).id)
    }
    this.group = await this.make('aws:ec2/securityGroup:SecurityGroup', 'group', { vpcId: vpc.id })
    const assumeRolePolicy = json({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    })
    this.role = await this.make('aws:iam/role:Role', 'role', { name: 'gateway', assumeRolePolicy })
    return this
  }

  get function(): Properties {
    const role = String(this.role.outputs.arn)
    return { name: 'gateway', role, code, handler: 'index.handler', runtime: 'nodejs24.x' }
  }

  get vpcConfig(): Properties {
    return { subnetIds: this.subnetIds, securityGroupIds: [this.group.id] }
  }

  loadBalancer(name = 'front'): Promise<Declared> {
    return this.make(LOAD_BALANCER, name, { name, subnets: this.subnetIds, securityGroups: [this.group.id] })
  }

  async listener(): Promise<Declared> {
    const loadBalancer = await this.loadBalancer()
    return this.make(LISTENER, 'http', { loadBalancerArn: loadBalancer.id, port: 80, defaultActions: [notFound] })
  }
}

let cloud: Fixture
beforeEach(async () => {
  cloud = await new Fixture().prepare()
})

describe('Function', () => {
  it('answers an ARN, and an address in each of its subnets', async () => {
    const made = await cloud.make(FUNCTION, 'f', { ...cloud.function, vpcConfig: cloud.vpcConfig })
    expect(made.outputs.arn).toBe(`arn:aws:lambda:us-east-1:${HUB}:function:gateway`)
    expect(networkInterfacesOf(made).map(({ privateIp }) => privateIp)).toEqual([
      expect.stringMatching(/^10\.0\.0\.\d+$/),
      expect.stringMatching(/^10\.0\.1\.\d+$/),
    ])
    expect(networkInterfacesOf(made)[0]?.securityGroupIds).toEqual([cloud.group.id])
    expect(cloud.holders(cloud.group)).toEqual([FUNCTION])
  })

  it.each<[string, Properties]>([
    ['ValidationException', { name: 'a name' }],
    ['ValidationException', { memorySize: 64 }],
    ['ValidationException', { timeout: 901 }],
    ['Reserved keys used in this request: AWS_REGION', { environment: { variables: { AWS_REGION: 'x' } } }],
    ['exceeded the 4KB limit', { environment: { variables: { LONG: 'x'.repeat(5000) } } }],
    ['cannot be assumed by Lambda', { role: `arn:aws:iam::${HUB}:role/nobody` }],
    ['Cross-account pass role', { role: 'arn:aws:iam::222222222222:role/other' }],
    ['InvalidSubnetID.NotFound', { vpcConfig: { subnetIds: ['subnet-0'], securityGroupIds: [] } }],
    ['InvalidGroup.NotFound', { vpcConfig: { subnetIds: [], securityGroupIds: ['sg-0'] } }],
  ])('refuses with %s', async (message, inputs) => {
    expect(await cloud.refusal(FUNCTION, 'f', { ...cloud.function, ...inputs })).toContain(message)
  })

  it('refuses a second function of a name, and reservations that leave less than 100', async () => {
    await cloud.make(FUNCTION, 'f', { ...cloud.function, reservedConcurrentExecutions: 800 })
    expect(await cloud.refusal(FUNCTION, 'g', cloud.function)).toBe(
      'ResourceConflictException: Function already exist: gateway',
    )
    const more = { ...cloud.function, name: 'more', reservedConcurrentExecutions: 101 }
    expect(await cloud.refusal(FUNCTION, 'g', more)).toContain('below its minimum value of [100]')
    await cloud.make(FUNCTION, 'g', { ...more, reservedConcurrentExecutions: 100 })
  })

  it('in a VPC needs a role that may manage network interfaces', async () => {
    cloud = await new Fixture(organization, createAuthorize).prepare()
    const inputs = { ...cloud.function, vpcConfig: cloud.vpcConfig }
    expect(await cloud.refusal(FUNCTION, 'f', inputs)).toBe(
      'InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
    )
    await cloud.make(FUNCTION, 'outside', { ...cloud.function, name: 'outside' })
    const manage = ['Create', 'Delete'].map((verb) => `ec2:${verb}NetworkInterface`)
    const addresses = ['Assign', 'Unassign'].map((verb) => `ec2:${verb}PrivateIpAddresses`)
    const looked = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets']
    const give = (name: string, Action: readonly string[], Resource: string) =>
      cloud.make('aws:iam/rolePolicy:RolePolicy', name, {
        role: 'gateway',
        name,
        policy: json({ Effect: 'Allow', Action, Resource }),
      })
    const denied = (action: string) =>
      `InvalidParameterValueException: The provided execution role does not have permissions to call ${action} on EC2`
    await give('looks', ['ec2:CreateNetworkInterface', ...looked], '*')
    // Lambda asks without a resource: whatever can be named is not enough (terraform-provider-aws#20698).
    await give('named', [...manage, ...addresses], 'arn:aws:ec2:*:*:network-interface/*')
    expect(await cloud.refusal(FUNCTION, 'f', inputs)).toBe(denied('DeleteNetworkInterface'))
    await give('manages', manage, '*')
    expect(await cloud.refusal(FUNCTION, 'f', inputs)).toBe(denied('AssignPrivateIpAddresses'))
    await give('addresses', addresses, '*')
    await cloud.make(FUNCTION, 'f', inputs)
  })
})

describe('a target group', () => {
  it('takes a function that lets the load balancer call it for this group', async () => {
    const made = await cloud.make(FUNCTION, 'f', cloud.function)
    const target = await cloud.make(TARGET_GROUP, 't', { name: 'tenant1', targetType: 'lambda' })
    const attachment = { targetGroupArn: target.id, targetId: String(made.outputs.arn) }
    const denied = `AccessDenied: elasticloadbalancing principal does not have permission to invoke ${made.outputs.arn} from target group ${target.id}`
    expect(await cloud.refusal(ATTACHMENT, 'a', attachment)).toBe(denied)
    const permission = {
      action: 'lambda:InvokeFunction',
      function: 'gateway',
      principal: 'elasticloadbalancing.amazonaws.com',
    }
    const elsewhere = `${target.id}x`
    await cloud.make(PERMISSION, 'p', { ...permission, statementId: 'one', sourceArn: elsewhere })
    expect(await cloud.refusal(ATTACHMENT, 'a', attachment)).toBe(denied)
    const same = { ...permission, statementId: 'one', sourceArn: target.id }
    expect(await cloud.refusal(PERMISSION, 'q', same)).toContain('ResourceConflictException')
    await cloud.make(PERMISSION, 'q', { ...same, statementId: 'two' })
    await cloud.make(ATTACHMENT, 'a', attachment)
    expect(await cloud.refusal(ATTACHMENT, 'b', attachment)).toContain('TooManyTargets')
  })

  it('has a short name of its own, and a target that exists', async () => {
    const refusal = (inputs: Properties) => cloud.refusal(TARGET_GROUP, 't', { targetType: 'lambda', ...inputs })
    expect(await refusal({ name: 't'.repeat(33) })).toContain('maximum of 32 characters')
    const { id } = await cloud.make(TARGET_GROUP, 'first', { name: 'tenant1', targetType: 'lambda' })
    expect(await refusal({ name: 'tenant1' })).toContain('DuplicateTargetGroupName')
    expect(await cloud.refusal(ATTACHMENT, 'a', { targetGroupArn: id, targetId: 'arn:none' })).toContain(
      'InvalidTarget',
    )
    expect(await cloud.refusal(ATTACHMENT, 'a', { targetGroupArn: 'x', targetId: 'y' })).toContain(
      'TargetGroupNotFound',
    )
    expect(await cloud.refusal(PERMISSION, 'p', { action: 'lambda:*', function: 'none', principal: 'x' })).toContain(
      'ResourceNotFoundException',
    )
  })
})

describe('LoadBalancer', () => {
  it('has a DNS name, and a public address in each zone', async () => {
    const made = await cloud.loadBalancer()
    expect(made.outputs.dnsName).toMatch(/^front-\d+\.us-east-1\.elb\.amazonaws\.com$/)
    const addresses = networkInterfacesOf(made).map(({ publicIp }) => publicIp)
    expect(new Set(addresses).size).toBe(2)
    expect(addresses.every((address) => address !== undefined)).toBe(true)
  })

  it('refuses one zone, another name twice, and settings out of range', async () => {
    const refusal = (inputs: Properties) =>
      cloud.refusal(LOAD_BALANCER, 'b', { name: 'b', subnets: cloud.subnetIds, ...inputs })
    expect(await refusal({ subnets: cloud.subnetIds.slice(0, 1) })).toContain('At least two subnets in two different')
    expect(await refusal({ idleTimeout: 4001 })).toContain('must be between 1 and 4000')
    expect(await refusal({ name: 'internal-b' })).toContain('ValidationError')
    expect(await refusal({ desyncMitigationMode: 'none' })).toContain('InvalidConfigurationRequest')
    await cloud.loadBalancer()
    expect(await refusal({ name: 'front' })).toContain('DuplicateLoadBalancerName')
  })

  it('writes logs only to a bucket that lets it', async () => {
    await cloud.make('aws:s3/bucket:Bucket', 'logs', { bucket: 'access-logs' })
    const inputs = {
      name: 'b',
      subnets: cloud.subnetIds,
      accessLogs: { bucket: 'access-logs', prefix: 'hub', enabled: true },
    }
    const denied = 'Access Denied for bucket: access-logs'
    expect(await cloud.refusal(LOAD_BALANCER, 'b', inputs)).toContain(denied)
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::access-logs/hub/AWSLogs/${HUB}/*`,
    }
    const policy = (changed: object) => ({ bucket: 'access-logs', policy: json({ ...statement, ...changed }) })
    const write = (changed: object) => cloud.make('aws:s3/bucketPolicy:BucketPolicy', 'p', policy(changed))
    for (const wrong of [
      { Resource: 'arn:aws:s3:::access-logs/AWSLogs/*' },
      { Principal: { Service: 's3.amazonaws.com' } },
      // Not sent with the delivery, or not every time.
      { Condition: { StringEquals: { 'aws:SourceAccount': HUB } } },
      { Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:elasticloadbalancing:us-east-1:${HUB}:loadbalancer/*` } } },
    ]) {
      await write(wrong)
      expect(await cloud.refusal(LOAD_BALANCER, 'b', inputs)).toContain(denied)
    }
    await write({})
    await cloud.make(LOAD_BALANCER, 'b', inputs)
  })
})

describe('a listener', () => {
  const https = (certificateArn: string): Properties => ({
    port: 443,
    protocol: 'HTTPS',
    certificateArn,
    defaultActions: [notFound],
  })

  it('for HTTPS needs a certificate that is issued, and that is when the DNS record is there', async () => {
    const loadBalancerArn = (await cloud.loadBalancer()).id
    const certificate = await cloud.make(CERTIFICATE, 'c', { domainName: 'genai.example.com', validationMethod: 'DNS' })
    const listener = { loadBalancerArn, ...https(certificate.id) }
    expect(await cloud.refusal(LISTENER, 'l', { ...listener, certificateArn: 'arn:aws:acm:x' })).toContain(
      'CertificateNotFound',
    )
    expect(await cloud.refusal(LISTENER, 'l', listener)).toContain('UnsupportedCertificate')
    expect(await cloud.refusal(VALIDATION, 'v', { certificateArn: certificate.id })).toContain(
      "last state: 'PENDING_VALIDATION'",
    )

    const [option] = certificate.outputs.domainValidationOptions as readonly Properties[]
    const record = { zoneId: ZONE, name: option?.resourceRecordName ?? '', type: 'CNAME', ttl: 60 }
    await cloud.make(RECORD, 'r', { ...record, records: ['_other.acm-validations.aws.'] })
    expect(await cloud.refusal(VALIDATION, 'v', { certificateArn: certificate.id })).toContain('Timeout')
    await cloud.make(RECORD, 'r', { ...record, records: [option?.resourceRecordValue ?? ''] })
    await cloud.make(VALIDATION, 'v', { certificateArn: certificate.id })
    await cloud.make(LISTENER, 'l', listener)
    expect(cloud.holders(certificate)).toEqual([LISTENER])
  })

  it('refuses a port twice, a policy or certificate without TLS, an unknown policy', async () => {
    const { inputs } = await cloud.listener()
    expect(await cloud.refusal(LISTENER, 'again', inputs)).toContain('DuplicateListener')
    const refusal = (changed: Properties) => cloud.refusal(LISTENER, 'l', { ...inputs, port: 8080, ...changed })
    expect(await refusal({ sslPolicy: 'ELBSecurityPolicy-2016-08' })).toContain('InvalidConfigurationRequest')
    expect(await refusal({ protocol: 'HTTPS' })).toContain('A certificate must be specified')
    expect(await refusal({ loadBalancerArn: 'arn:none' })).toContain('LoadBalancerNotFound')
    expect(await refusal({ defaultActions: [{ type: 'forward', targetGroupArn: 'arn:none' }] })).toContain(
      'TargetGroupNotFound',
    )
  })
})

describe('a rule', () => {
  const conditions = (path: string): Properties[] => [{ pathPattern: { values: [path] } }]
  const rule = (listener: Declared, path: string, extra: Properties = {}): Properties => ({
    listenerArn: listener.id,
    conditions: conditions(path),
    actions: [notFound],
    ...extra,
  })

  it('without a priority gets the highest and one, and keeps it', async () => {
    const listener = await cloud.listener()
    await cloud.make(RULE, 'a', rule(listener, '/a/*', { priority: 5 }))
    const b = await cloud.make(RULE, 'b', rule(listener, '/b/*'))
    await cloud.make(RULE, 'c', rule(listener, '/c/*'))
    expect(b.outputs.priority).toBe(6)
    expect((await cloud.make(RULE, 'b', rule(listener, '/b'))).outputs.priority).toBe(6)
    expect(await cloud.refusal(RULE, 'd', rule(listener, '/d', { priority: 5 }))).toBe(
      "PriorityInUse: Priority '5' is currently in use",
    )
  })

  it('is one of at most 100, with at most five values', async () => {
    const listener = await cloud.listener()
    for (let n = 1; n <= 100; n += 1) await cloud.make(RULE, `r${n}`, rule(listener, `/${n}`))
    expect(await cloud.refusal(RULE, 'r101', rule(listener, '/101'))).toContain('TooManyRules')
    const values = ['/a', '/b', '/c', '/d', '/e', '/f']
    const many = rule(listener, '/', { conditions: [{ pathPattern: { values } }] })
    expect(await cloud.refusal(RULE, 'r1', many)).toContain("A rule can only have '5' condition values")
  })

  it('forwards to at most 100 target groups of a load balancer, over all its listeners', async () => {
    const listener = await cloud.listener()
    const loadBalancerArn = String(listener.inputs.loadBalancerArn)
    const group = async (n: number) =>
      (await cloud.make(TARGET_GROUP, `t${n}`, { name: `t${n}`, targetType: 'lambda' })).id
    const forward = (targetGroupArn: string) => ({ actions: [{ type: 'forward', targetGroupArn }] })
    const action = { type: 'forward', targetGroupArn: await group(0) }
    await cloud.make(LISTENER, 'other', { loadBalancerArn, port: 81, defaultActions: [action] })
    for (let n = 1; n <= 99; n += 1) await cloud.make(RULE, `r${n}`, rule(listener, `/${n}`, forward(await group(n))))
    const one = rule(listener, '/100', forward(await group(100)))
    expect(await cloud.refusal(RULE, 'r100', one)).toContain(
      'The maximum number of target groups per load balancer is 100',
    )
  })

  it('validates tokens on HTTPS only, before another action, by claims in AWS shape', async () => {
    const listener = await cloud.listener()
    const jwtValidation = { issuer: 'https://i', jwksEndpoint: 'https://i/keys', additionalClaims: [] as Properties[] }
    const withAction = (jwt: Properties) =>
      rule(listener, '/a', {
        actions: [
          { type: 'jwt-validation', order: 1, jwtValidation: jwt },
          { ...notFound, order: 2 },
        ],
      })
    expect(await cloud.refusal(RULE, 'r', withAction(jwtValidation))).toContain('HTTPS listeners only')
    const last = rule(listener, '/a', { actions: [{ type: 'jwt-validation', jwtValidation }] })
    expect(await cloud.refusal(RULE, 'r', last)).toContain('The last action must be one of')
    await expect(cloud.make(RULE, 'r', withAction({ ...jwtValidation, algorithm: 'none' }))).rejects.toThrow(
      'the input "actions.jwtValidation.algorithm" of aws:lb/listenerRule:ListenerRule',
    )
  })
})

describe('Record', () => {
  it('refuses what conflicts, a zone that is not there, and a CNAME beside others', async () => {
    const a = { zoneId: ZONE, name: 'genai.example.com', type: 'A', ttl: 60, records: ['192.0.2.1'] }
    expect(await cloud.refusal(RECORD, 'r', { ...a, zoneId: 'Z0' })).toContain('NoSuchHostedZone')
    const made = await cloud.make(RECORD, 'r', a)
    expect(made.outputs.fqdn).toBe('genai.example.com')
    expect(await cloud.refusal(RECORD, 's', { ...a, name: 'genai' })).toContain('but it already exists')
    const cname = { ...a, type: 'CNAME', records: ['other.example.com'] }
    expect(await cloud.refusal(RECORD, 's', cname)).toContain('conflicts with other records')
    expect(await cloud.refusal(RECORD, 's', { ...cname, name: 'example.com' })).toContain('not permitted at apex')
    const { ttl: _, ...without } = a
    expect(await cloud.refusal(RECORD, 's', { ...without, name: 'x' })).toContain("Missing field 'TTL'")
  })
})
