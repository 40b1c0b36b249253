/** The provider protocol as the engine speaks it, without an engine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceError } from '@grpc/grpc-js'
import type { ResourceProviderClient } from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages, { type CheckResponse, type DiffResponse } from '@pulumi/pulumi/proto/provider_pb.js'
import empty, { type Empty } from 'google-protobuf/google/protobuf/empty_pb.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAuthorize } from '../../iam/authorize.ts'
import { Ledger, type Properties } from '../../ledger/ledger.ts'
import type { Organization, PolicyDocument } from '../../organization.ts'
import { organization as sample } from '../../testing/organization.ts'
import { ask, check, connectTo, create, diff, partialOf, read, remove, update } from '../../testing/provider-calls.ts'
import { secret, UNKNOWN } from '../wire-values.ts'
import { type ProviderCloud, type Providers, serveProviders } from './provider.ts'
import { sent } from './values.ts'

const ALL_BUT_INVOCATION: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', NotAction: 'lambda:AddPermission', Resource: '*' }],
}

/** As the sample, with deployers who make what no stack of this project does: anything but letting others invoke functions. */
const organization: Organization = {
  ...sample,
  accounts: sample.accounts.map((account) => ({
    ...account,
    roles: account.roles.map((role) => ({ ...role, policy: ALL_BUT_INVOCATION })),
  })),
}

const HUB = '111111111111'
const VPC = 'aws:ec2/vpc:Vpc'
const SUBNET = 'aws:ec2/subnet:Subnet'

let ledger: Ledger
let providers: Providers
let directory: string
const clients: ResourceProviderClient[] = []

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'provider-'))
  await serve()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await providers.close()
  rmSync(directory, { recursive: true, force: true })
})

async function serve(options: Pick<ProviderCloud, 'delays' | 'patienceMilliseconds'> = {}): Promise<void> {
  ledger = new Ledger()
  const authorize = createAuthorize(ledger, organization)
  providers = await serveProviders({ ledger, organization, authorize, uploads: directory, ...options })
}

async function connect(inputs?: Properties): Promise<ResourceProviderClient> {
  const client = await connectTo(providers.aws, inputs)
  clients.push(client)
  return client
}

describe('configuration', () => {
  it('is kept by connection: two providers of one program are in two accounts', async () => {
    const hub = await connect()
    const tenant = await connect({
      region: 'us-east-1',
      assumeRoles: JSON.stringify([{ roleArn: 'arn:aws:iam::222222222222:role/genai-deployer' }]),
    })
    await create(tenant, VPC, 'theirs', { cidrBlock: '10.1.0.0/16' })
    await create(hub, VPC, 'ours', { cidrBlock: '10.1.0.0/16' })
    expect(ledger.all(VPC).map(({ account }) => account)).toEqual(['222222222222', HUB])
  })

  it('refuses an account that is not allowed, a role that does not trust, an input that is not known', async () => {
    await expect(connect({ region: 'us-east-1', allowedAccountIds: '["222222222222"]' })).rejects.toThrow(
      `AWS account ID not allowed: ${HUB}`,
    )
    const roleArn = 'arn:aws:iam::999999999999:role/nobody'
    await expect(connect({ region: 'us-east-1', assumeRoles: JSON.stringify([{ roleArn }]) })).rejects.toThrow(
      /AccessDenied.*sts:AssumeRole/,
    )
    await expect(connect({ region: 'us-east-1', accessKey: 'AKIA' })).rejects.toThrow('the input "accessKey"')
  })

  it('is checked property by property before it is used', async () => {
    const client = await connect()
    const request = new messages.CheckRequest()
    request.setNews(sent({ accessKey: 'AKIA', region: '', profile: 'genai-hub' }))
    const failures = (await ask<CheckResponse>((done) => client.checkConfig(request, done))).getFailuresList()
    expect(failures.map((failure) => failure.getProperty())).toEqual(['region', 'accessKey'])
    expect(failures.map((failure) => failure.getReason()).join()).not.toContain('AKIA')
  })

  it('of a new region is another provider; of anything else it is not', async () => {
    const client = await connect()
    const request = new messages.DiffRequest()
    request.setOldInputs(sent({ region: 'us-east-1' }))
    request.setNews(sent({ region: 'us-west-2' }))
    expect((await ask<DiffResponse>((done) => client.diffConfig(request, done))).getReplacesList()).toEqual(['region'])
    request.setNews(sent({ region: 'us-east-1', profile: 'genai-hub' }))
    expect((await ask<DiffResponse>((done) => client.diffConfig(request, done))).getReplacesList()).toEqual([])
  })
})

const FUNCTION = { code: {}, handler: 'a.b', role: 'arn:aws:iam::1:role/r', runtime: 'nodejs24.x' }
const RULE = { listenerArn: 'arn:aws:x', conditions: [], actions: [] }

describe('check', () => {
  it('names every property that is wrong', async () => {
    const client = await connect()
    const failures = await check(client, SUBNET, { vpcId: UNKNOWN, ipv6Native: true, outpostArn: 'x' })
    expect(failures.map(([property]) => property)).toEqual(['ipv6Native', 'outpostArn', 'cidrBlock'])
    expect(failures[2]?.[1]).toContain("missing required property 'cidrBlock'")
  })

  it.each<[string, Properties, readonly string[]]>([
    [VPC, { cidrBlock: '10.0.0.0/8' }, ['cidrBlock']],
    [VPC, { cidrBlock: 'ten', instanceTenancy: 'shared' }, ['cidrBlock', 'instanceTenancy']],
    ['aws:cloudwatch/logGroup:LogGroup', { retentionInDays: 8 }, ['retentionInDays']],
    ['aws:cognito/userPool:UserPool', { passwordPolicy: { minimumLength: 5 } }, ['passwordPolicy.minimumLength']],
    ['aws:iam/rolePolicy:RolePolicy', { role: 'r', policy: '{' }, ['policy']],
    ['aws:lambda/function:Function', { ...FUNCTION, memorySize: 64, timeout: 901 }, ['memorySize', 'timeout']],
    ['aws:lambda/function:Function', { ...FUNCTION, memorySize: '512', role: 'r' }, ['memorySize', 'role']],
    ['aws:lb/listenerRule:ListenerRule', { ...RULE, priority: 0 }, ['priority']],
    ['aws:lb/listenerRule:ListenerRule', { ...RULE, priority: UNKNOWN }, []],
  ])('names a value that no AWS is asked about: %s %j', async (type, inputs, properties) => {
    const failures = await check(await connect(), type, inputs)
    expect(failures.map(([property]) => property)).toEqual(properties)
    for (const [property, reason] of failures) expect(reason).toMatch(`expected ${property} of ${type} to be `)
  })

  it('accepts what is not known yet', async () => {
    expect(await check(await connect(), SUBNET, { vpcId: UNKNOWN, cidrBlock: UNKNOWN })).toEqual([])
  })
})

describe('diff', () => {
  const { Kind } = messages.PropertyDiff

  it('replaces for what AWS cannot change, and updates the rest in place, property by property', async () => {
    const client = await connect()
    const before = { cidrBlock: '10.0.0.0/16', tags: { a: '1', b: '2' } }
    expect(await diff(client, VPC, before, { cidrBlock: '10.1.0.0/16', tags: { a: '1', 'c/d': '3' } })).toEqual({
      changes: true,
      replaces: ['cidrBlock'],
      deleteBeforeReplace: false,
      detailed: { cidrBlock: Kind.UPDATE_REPLACE, 'tags.b': Kind.DELETE, 'tags["c/d"]': Kind.ADD },
    })
    expect(await diff(client, VPC, before, { ...before, enableDnsHostnames: true })).toMatchObject({
      replaces: [],
      detailed: { enableDnsHostnames: Kind.ADD },
    })
    expect(await diff(client, VPC, before, before)).toMatchObject({ changes: false, detailed: {} })
  })

  it('to write a default down, or to name the same in another order, is no change', async () => {
    const client = await connect()
    const endpoint = { vpcId: 'vpc-1', serviceName: 's', routeTableIds: ['rtb-1', 'rtb-2'] }
    const type = 'aws:ec2/vpcEndpoint:VpcEndpoint'
    const same = { ...endpoint, vpcEndpointType: 'Gateway', routeTableIds: ['rtb-2', 'rtb-1'] }
    expect(await diff(client, type, endpoint, same)).toMatchObject({ changes: false, replaces: [], detailed: {} })
    expect(await diff(client, type, same, endpoint)).toMatchObject({ changes: false, replaces: [], detailed: {} })
    const interfaces = { ...endpoint, vpcEndpointType: 'Interface' }
    expect(await diff(client, type, endpoint, interfaces)).toMatchObject({ replaces: ['vpcEndpointType'] })
  })

  it('what replaces inside of a property is told by its path', async () => {
    const volume = (encrypted: boolean, volumeType: string) => ({ rootBlockDevice: { encrypted, volumeType } })
    const client = await connect()
    const type = 'aws:ec2/instance:Instance'
    expect(await diff(client, type, volume(true, 'gp2'), volume(false, 'gp3'))).toMatchObject({
      replaces: ['rootBlockDevice'],
      detailed: { 'rootBlockDevice.encrypted': Kind.UPDATE_REPLACE, 'rootBlockDevice.volumeType': Kind.UPDATE },
    })
    expect((await diff(client, type, {}, volume(true, 'gp3'))).detailed).toEqual({ rootBlockDevice: Kind.ADD_REPLACE })
  })

  it('replaces for a value that is not known yet', async () => {
    const after = await diff(
      await connect(),
      SUBNET,
      { vpcId: 'vpc-1', cidrBlock: 'x' },
      { vpcId: UNKNOWN, cidrBlock: 'x' },
    )
    expect(after.replaces).toEqual(['vpcId'])
  })

  it('waits with what can only be told from the value itself', async () => {
    const item = { tableName: 't', hashKey: 'k', item: '{"k":{"S":"a"}}' }
    const client = await connect()
    const type = 'aws:dynamodb/tableItem:TableItem'
    expect(await diff(client, type, item, { ...item, item: UNKNOWN })).toMatchObject({ changes: true, replaces: [] })
  })

  it('deletes first what keeps a name that is taken', async () => {
    const client = await connect()
    const before = { name: 'role', path: '/', assumeRolePolicy: '{}' }
    expect(await diff(client, 'aws:iam/role:Role', before, { ...before, path: '/a/' })).toMatchObject({
      replaces: ['path'],
      deleteBeforeReplace: true,
    })
    const unnamed = { path: '/', assumeRolePolicy: '{}' }
    expect(await diff(client, 'aws:iam/role:Role', unnamed, { ...unnamed, path: '/a/' })).toMatchObject({
      deleteBeforeReplace: false,
    })
  })

  it.each([
    ['aws:lambda/function:Function', 'memorySize', 256, 512],
    ['aws:lb/listenerRule:ListenerRule', 'priority', 1, 2],
  ])('of %s: %s updates in place', async (type, input, before, after) => {
    expect(await diff(await connect(), type, { [input]: before }, { [input]: after })).toMatchObject({
      changes: true,
      replaces: [],
    })
  })
})

describe('create, read, update, delete', () => {
  it('makes, tells, changes and deletes, in the ledger before the answer', async () => {
    const client = await connect()
    const inputs = { cidrBlock: '10.0.0.0/16' }
    const { id, outputs } = await create(client, VPC, 'one', inputs)
    expect(ledger.find(VPC, id)).toMatchObject({ account: HUB, region: 'us-east-1' })
    expect(outputs).toMatchObject({ cidrBlock: '10.0.0.0/16', enableDnsHostnames: false })
    expect(await read(client, VPC, 'one', id, inputs)).toMatchObject({ id, inputs, outputs: { ownerId: HUB } })
    const changed = await update(client, VPC, 'one', {
      id,
      olds: inputs,
      news: { ...inputs, enableDnsHostnames: true },
    })
    expect(changed).toMatchObject({ enableDnsHostnames: true })
    expect(ledger.find(VPC, id)?.outputs.enableDnsHostnames).toBe(true)
    await remove(client, VPC, 'one', id, inputs)
    expect(ledger.all()).toEqual([])
    expect((await read(client, VPC, 'one', id, inputs)).id).toBe('')
    await expect(remove(client, VPC, 'one', id, inputs)).resolves.toBeUndefined()
    await expect(update(client, VPC, 'one', { id, olds: inputs, news: inputs })).rejects.toThrow(
      /NotFound.*does not exist/,
    )
  })

  it('a preview answers with what will be, and changes nothing', async () => {
    const client = await connect()
    const { version } = ledger
    expect(await create(client, VPC, 'one', { cidrBlock: UNKNOWN }, { preview: true })).toEqual({
      id: '',
      outputs: { cidrBlock: UNKNOWN },
    })
    expect(ledger.version).toBe(version)
    const inputs = { cidrBlock: '10.0.0.0/16' }
    const { id } = await create(client, VPC, 'one', inputs)
    const made = ledger.version
    const news = { ...inputs, tags: { a: 'b' } }
    expect(await update(client, VPC, 'one', { id, olds: inputs, news, preview: true })).toMatchObject({
      tagsAll: { a: 'b' },
    })
    const unknown = { ...inputs, tags: { a: UNKNOWN } }
    expect(await update(client, VPC, 'one', { id, olds: inputs, news: unknown, preview: true })).toMatchObject(unknown)
    expect(ledger.version).toBe(made)
  })

  it('refuses as AWS does: code and message, and nothing is left', async () => {
    const client = await connect()
    await expect(create(client, SUBNET, 'one', { vpcId: 'vpc-0', cidrBlock: '10.0.0.0/24' })).rejects.toThrow(
      "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist",
    )
    expect(ledger.all()).toEqual([])
  })

  it('does not delete what others are in', async () => {
    const client = await connect()
    const network = { cidrBlock: '10.0.0.0/16' }
    const { id } = await create(client, VPC, 'one', network)
    const inputs = { vpcId: id, cidrBlock: '10.0.0.0/24' }
    const subnet = await create(client, SUBNET, 'one', inputs)
    await expect(remove(client, VPC, 'one', id, network)).rejects.toThrow(/DependencyViolation.*subnet-/)
    await remove(client, SUBNET, 'one', subnet.id, inputs)
    await remove(client, VPC, 'one', id, network)
    expect(ledger.all()).toEqual([])
  })

  it('waits for an internet gateway’s addresses to go, for as long as it has patience', async () => {
    const client = await connect()
    const { gateway, nat } = await publicNetwork(client)
    const removal = remove(client, GATEWAY, 'one', gateway.id, gateway.inputs)
    await new Promise((next) => setTimeout(next, 150))
    expect(ledger.all(GATEWAY)).toHaveLength(1)
    await remove(client, NAT, 'one', nat.id, nat.inputs)
    await removal
    expect(ledger.all(GATEWAY)).toEqual([])

    await providers.close()
    await serve({ patienceMilliseconds: 0 })
    const hasty = await connect()
    const again = await publicNetwork(hasty)
    await expect(remove(hasty, GATEWAY, 'one', again.gateway.id, again.gateway.inputs)).rejects.toThrow(
      /DependencyViolation.*mapped public address/,
    )
  })

  const GATEWAY = 'aws:ec2/internetGateway:InternetGateway'
  const NAT = 'aws:ec2/natGateway:NatGateway'

  async function publicNetwork(client: ResourceProviderClient) {
    const made = async (type: string, inputs: Properties) => ({
      ...(await create(client, type, 'one', inputs)),
      inputs,
    })
    const { id: vpcId } = await made(VPC, { cidrBlock: '10.0.0.0/16' })
    const { id: subnetId } = await made(SUBNET, { vpcId, cidrBlock: '10.0.0.0/24' })
    const gateway = await made(GATEWAY, { vpcId })
    const { id: allocationId } = await made('aws:ec2/eip:Eip', {})
    return { gateway, nat: await made(NAT, { subnetId, allocationId }) }
  }

  it('a replacement is another resource while the replaced one is there, under unchanged inputs too', async () => {
    const client = await connect()
    const inputs = { cidrBlock: '10.0.0.0/16' }
    const old = await create(client, VPC, 'one', inputs)
    const replacement = await create(client, VPC, 'one', inputs)
    expect(replacement.id).not.toBe(old.id)
    await remove(client, VPC, 'one', old.id, inputs)
    expect(ledger.all(VPC).map(({ id }) => id)).toEqual([replacement.id])
    await update(client, VPC, 'one', { id: replacement.id, olds: inputs, news: { ...inputs, tags: { a: 'b' } } })
    expect(ledger.all(VPC)).toMatchObject([{ id: replacement.id, outputs: { tags: { a: 'b' } } }])
  })

  it('gives no id twice: what was deleted and is made again is another resource, through updates too', async () => {
    const client = await connect()
    const inputs = { cidrBlock: '10.0.0.0/16' }
    const first = await create(client, VPC, 'one', inputs)
    await remove(client, VPC, 'one', first.id, inputs)
    const second = await create(client, VPC, 'one', inputs)
    expect(second.id).not.toBe(first.id)
    const news = { ...inputs, tags: { a: '1' } }
    await update(client, VPC, 'one', { id: second.id, olds: inputs, news })
    expect(ledger.all(VPC).map(({ id, inputs }) => ({ id, inputs }))).toEqual([{ id: second.id, inputs: news }])
  })

  it('writes over what AWS writes over: there is one inline policy of a name', async () => {
    const client = await connect()
    const assumeRolePolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    })
    await create(client, 'aws:iam/role:Role', 'r', { name: 'r', assumeRolePolicy })
    const policyFor = (Action: string) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
    // The engine was killed before it knew that the first one is there.
    for (const action of ['s3:GetObject', 's3:PutObject'])
      await create(client, 'aws:iam/rolePolicy:RolePolicy', 'p', { role: 'r', name: 'p', policy: policyFor(action) })
    expect(ledger.all('aws:iam/rolePolicy:RolePolicy').map(({ inputs }) => inputs.policy)).toEqual([
      policyFor('s3:PutObject'),
    ])
  })

  it('finds a resource whose URN an alias has changed, and imports one by its id alone', async () => {
    const client = await connect()
    const inputs = { cidrBlock: '10.0.0.0/16' }
    const { id } = await create(client, VPC, 'before', inputs)
    expect(await read(client, VPC, 'after', id, inputs)).toMatchObject({ id })
    expect(await read(client, VPC, 'imported', id)).toMatchObject({ id, inputs })
    const elsewhere = await connect({ region: 'us-west-2' })
    expect((await read(elsewhere, VPC, 'imported', id)).id).toBe('')
  })

  it('a secret comes back as one, wherever AWS repeats it', async () => {
    const client = await connect()
    const inputs = { cidrBlock: '10.0.0.0/16', tags: { word: secret('long and secret'), plain: 'x' } }
    const { id, outputs } = await create(client, VPC, 'one', inputs)
    expect(outputs.tags).toEqual(inputs.tags)
    expect(outputs.tagsAll).toEqual(secret({ word: 'long and secret', plain: 'x' }))
    expect(outputs.cidrBlock).toBe('10.0.0.0/16')
    expect((await read(client, VPC, 'one', id, inputs)).inputs).toEqual(inputs)
  })
})

describe('an unfinished creation', () => {
  it('is told with its id when AWS made the resource and refused a later step', async () => {
    const client = await connect()
    const { role, code } = await functionsNeeds(client)
    const inputs = {
      name: 'fn',
      role,
      code,
      handler: 'a.b',
      runtime: 'nodejs24.x',
      reservedConcurrentExecutions: 950,
    }
    const failure = await create(client, 'aws:lambda/function:Function', 'fn', inputs).catch(
      (error: ServiceError) => error,
    )
    const partial = partialOf(failure as ServiceError)
    expect(partial?.id).toBe('fn')
    expect(partial?.reasons[0]).toContain('UnreservedConcurrentExecution')
    expect(partial?.inputs).not.toHaveProperty('reservedConcurrentExecutions')
    expect(ledger.find('aws:lambda/function:Function', 'fn')?.outputs.reservedConcurrentExecutions).toBe(-1)
  })

  it('is told with its id when the engine is interrupted after the creation, and is not made when before', async () => {
    await providers.close()
    const waits = [0, 1, 1]
    await serve({ delays: { maximumMilliseconds: 500, random: () => waits.shift() ?? 1 } })
    const client = await connect()
    const first = create(client, VPC, 'one', { cidrBlock: '10.0.0.0/16' }).catch((error: ServiceError) => error)
    await expect.poll(() => ledger.all(VPC).length).toBe(1)
    const second = create(client, VPC, 'two', { cidrBlock: '10.1.0.0/16' }).catch((error: ServiceError) => error)
    const other = await connect()
    const third = create(other, VPC, 'three', { cidrBlock: '10.2.0.0/16' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await ask<Empty>((done) => client.cancel(new empty.Empty(), done))
    expect(partialOf((await first) as ServiceError)).toMatchObject({
      id: ledger.all(VPC)[0]?.id,
      reasons: ['context canceled'],
    })
    expect((await second) as ServiceError).toMatchObject({ details: 'context canceled' })
    // Another deployment at the same time goes on.
    expect((await third).id).toMatch(/^vpc-/)
    expect(ledger.all(VPC).map(({ inputs }) => inputs.cidrBlock)).toEqual(['10.0.0.0/16', '10.2.0.0/16'])
  })

  async function functionsNeeds(client: ResourceProviderClient) {
    const assumeRolePolicy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    })
    const { outputs } = await create(client, 'aws:iam/role:Role', 'fn', { name: 'fn', assumeRolePolicy })
    const asset = { '4dabf18193072939515e22adb298388d': 'c44067f5952c0a294b673a41bacd8c17', text: '1', hash: 'x' }
    const code = {
      '4dabf18193072939515e22adb298388d': '0def7320c3a5731c473e5ecbe6d01bc7',
      hash: '00',
      assets: { 'a.mjs': asset },
    }
    return { role: outputs.arn ?? '', code }
  }
})

describe('permissions', () => {
  it('a deployer without one is refused as AWS words it', async () => {
    const client = await connect({
      region: 'us-east-1',
      assumeRoles: JSON.stringify([{ roleArn: 'arn:aws:iam::222222222222:role/genai-deployer' }]),
    })
    const inputs = { name: 'lane', retentionInDays: 7 }
    await expect(create(client, 'aws:cloudwatch/logGroup:LogGroup', 'lane', inputs)).resolves.toMatchObject({
      id: 'lane',
    })
    await expect(
      create(client, 'aws:lambda/permission:Permission', 'x', {
        statementId: 's',
        action: 'lambda:InvokeFunction',
        function: 'arn:aws:lambda:us-east-1:222222222222:function:f',
        principal: 'elasticloadbalancing.amazonaws.com',
      }),
    ).rejects.toThrow(/AccessDenied.*genai-deployer.*not authorized to perform: lambda:AddPermission/)
  })
})
