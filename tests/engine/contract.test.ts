/** What the engine asks of a provider, with small programs of its own; and the same plan of a network by both engines. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deploy } from '@genai/local-cloud/engine/in-process/in-process'
import { type Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'
import type { Stack } from '@pulumi/pulumi/automation/index.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStack } from '../../cli/pulumi/stack-files.ts'
import hubProgram from '../../index.ts'
import { organization } from '../../sample-organization.ts'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'
import { smallStack, unbounded } from './small-stack.ts'

const quiet = { color: 'never' } as const
const VPC = 'aws:ec2/vpc:Vpc'
const ROUTE = 'aws:ec2/route:Route'
/** Resources of the network below. */
const NETWORK = 9
/** Are counted as well. */
const STACK_AND_PROVIDER = 2
const SECRET = 'a-word-that-nobody-may-read'

interface StateResource {
  readonly urn: string
  readonly type: string
  readonly parent?: string
  readonly inputs?: Readonly<Record<string, unknown>>
}

describe.skipIf(!cli)('the provider contract', () => {
  let engine: Engine
  beforeAll(async () => {
    if (cli) engine = await startEngine(cli, { delayMilliseconds: 0, organization: unbounded })
  })
  afterAll(async () => {
    await engine?.close()
  })

  const stackOf = (name: string, program: (provider: aws.Provider) => unknown) => smallStack(cli, engine, name, program)

  const made = (stack: string) => engine.cloud.ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))
  const resourcesOf = async (stack: Stack) => (await stack.exportStack()).deployment.resources as StateResource[]

  it('awsx.ec2.Vpc registers its real children, and they are those of the in-process engine', async () => {
    const stack = await engine.stack('hub')
    await stack.up(quiet)
    const state = await resourcesOf(stack)
    const component = state.find(({ type }) => type === 'awsx:ec2:Vpc')
    const inside = (one: StateResource): boolean =>
      one.parent === component?.urn || state.some((other) => other.urn === one.parent && inside(other))
    const children = state.filter(inside)
    expect(new Set(children.map(({ type }) => type))).toEqual(
      new Set([
        VPC,
        'aws:ec2/subnet:Subnet',
        'aws:ec2/routeTable:RouteTable',
        'aws:ec2/routeTableAssociation:RouteTableAssociation',
        'aws:ec2/internetGateway:InternetGateway',
        'aws:ec2/route:Route',
      ]),
    )
    const one = { ledger: new Ledger(), organization }
    await deploy(one, readStack('hub'), hubProgram)
    const inputs = (resources: readonly Pick<Declared, 'urn' | 'inputs'>[]) =>
      Object.fromEntries(resources.map((resource) => [resource.urn, resource.inputs]))
    const urns = new Set(children.map(({ urn }) => urn))
    const behind = (ledger: Pick<Ledger, 'all'>) => inputs(ledger.all().filter(({ urn }) => urns.has(urn)))
    expect(behind(one.ledger)).toEqual(behind(engine.cloud.ledger))
    expect(Object.keys(behind(one.ledger))).toHaveLength(children.length)
    // Not only the network: both engines were asked for the same resources.
    const all = (ledger: Pick<Ledger, 'all'>) =>
      ledger
        .all()
        .map(({ urn, id }) => `${urn} ${id}`)
        .sort()
    expect(all(engine.cloud.ledger)).toEqual(all(one.ledger))
  })

  it('awsx.ec2.Vpc under a new name with an alias is the same network: nothing is replaced', async () => {
    const named = (name: string, aliases: pulumi.Alias[] = []) =>
      stackOf('component', (provider) => {
        new awsx.ec2.Vpc(
          name,
          {
            cidrBlock: '10.7.0.0/16',
            availabilityZoneNames: ['us-east-1a'],
            subnetStrategy: 'Auto',
            natGateways: { strategy: 'None' },
            subnetSpecs: [{ type: 'Public', cidrBlocks: ['10.7.0.0/24'] }],
          },
          { providers: { aws: provider }, aliases },
        )
      })
    await (await named('one')).up(quiet)
    const ids = () =>
      made('component')
        .map(({ id }) => id)
        .sort()
    const before = ids()
    const renamed = await (await named('two', [{ name: 'one' }])).up(quiet)
    // Its name is in their tags.
    expect(renamed.summary.resourceChanges).toEqual({ same: 5, update: 4 })
    expect(ids()).toEqual(before)
    await (await named('two')).destroy(quiet)
    expect(made('component')).toEqual([])
  })

  it('a property that is missing, or that is not known, is named before anything is made', async () => {
    const stack = await stackOf('wrong', (provider) => {
      new aws.ec2.Subnet('subnet', { vpcId: 'vpc-0', ipv6Native: true } as aws.ec2.SubnetArgs, { provider })
    })
    const failure = await stack.preview(quiet).catch((error: unknown) => String(error))
    expect(failure).toContain("missing required property 'cidrBlock'")
    expect(failure).toContain('ipv6Native')
    expect(made('wrong')).toEqual([])
  })

  it('a preview tells what will be made of values that are not known yet, and makes nothing', async () => {
    const { version } = engine.cloud.ledger
    const stack = await stackOf('unknown', network)
    expect((await stack.preview(quiet)).changeSummary).toMatchObject({ create: NETWORK + STACK_AND_PROVIDER })
    expect(engine.cloud.ledger.version).toBe(version)
  })

  function network(provider: aws.Provider, imported: (type: string) => string | undefined = () => undefined) {
    const options = (type: string) => {
      const id = imported(type)
      return { provider, ...(id !== undefined && { import: id }) }
    }
    const vpc = new aws.ec2.Vpc('net', { cidrBlock: '10.9.0.0/16', tags: { Name: 'net' } }, options(VPC))
    new aws.ec2.Subnet(
      'net',
      { vpcId: vpc.id, cidrBlock: '10.9.1.0/24', availabilityZone: 'us-east-1a' },
      options('aws:ec2/subnet:Subnet'),
    )
    const gateway = new aws.ec2.InternetGateway(
      'net',
      { vpcId: vpc.id },
      options('aws:ec2/internetGateway:InternetGateway'),
    )
    const table = new aws.ec2.RouteTable('net', { vpcId: vpc.id }, options('aws:ec2/routeTable:RouteTable'))
    new aws.ec2.Route(
      'net',
      { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.id },
      options(ROUTE),
    )
    const attributes = [{ name: 'id', type: 'S' }]
    new aws.dynamodb.Table(
      'net',
      { name: 'net', billingMode: 'PAY_PER_REQUEST', hashKey: 'id', attributes },
      options('aws:dynamodb/table:Table'),
    )
    new aws.cloudwatch.LogGroup(
      'net',
      { name: '/net', retentionInDays: 7 },
      options('aws:cloudwatch/logGroup:LogGroup'),
    )
    const role = new aws.iam.Role(
      'net',
      {
        name: 'net',
        assumeRolePolicy: document({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      },
      options('aws:iam/role:Role'),
    )
    new aws.iam.RolePolicy(
      'net',
      { name: 'net', role: role.name, policy: document({ Action: 's3:GetObject', Resource: '*' }) },
      options('aws:iam/rolePolicy:RolePolicy'),
    )
  }
  const document = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })

  /** A route has another id than the one by which it is imported. */
  const importId = (one: Declared | undefined) =>
    one?.type === ROUTE ? `${one.inputs.routeTableId}_${one.inputs.destinationCidrBlock}` : one?.id

  it('existing resources of several types are imported by their ids, and stay as they are', async () => {
    await (await stackOf('first', network)).up(quiet)
    const before = made('first')
    expect(before).toHaveLength(NETWORK)
    const second = await stackOf('second', (provider) =>
      network(provider, (type) => importId(before.find((one) => one.type === type))),
    )
    const { version } = engine.cloud.ledger
    expect((await second.up(quiet)).summary.resourceChanges).toMatchObject({ import: NETWORK })
    expect(engine.cloud.ledger.version).toBe(version)
    await second.up({ ...quiet, refresh: true, expectNoChanges: true })
    const wrong = await stackOf('third', (provider) =>
      network(provider, (type) => (type === VPC ? 'vpc-0' : undefined)),
    )
    await expect(wrong.up(quiet)).rejects.toThrow(/vpc-0.*does not exist/)
  })

  it('a secret is one in the state and in all that is printed, wherever AWS repeats it', async () => {
    const stack = await stackOf('secrets', (provider) => {
      const word = new pulumi.Config('contract').requireSecret('word')
      new aws.ec2.Vpc('secret', { cidrBlock: '10.8.0.0/16', tags: { word } }, { provider })
      // In a list, in a text that AWS repeats as part of another, inside of a property, and as a file's content.
      new aws.cloudwatch.MetricAlarm(
        'secret',
        {
          // An id is never a secret to the engine, and an alarm's is its name.
          alarmDescription: pulumi.interpolate`About ${word}.`,
          comparisonOperator: 'GreaterThanThreshold',
          evaluationPeriods: 1,
          namespace: 'AWS/Lambda',
          metricName: 'Errors',
          period: 60,
          statistic: 'Sum',
          threshold: 1,
          alarmActions: [pulumi.interpolate`arn:aws:sns:us-east-1:111111111111:${word}`],
        },
        { provider },
      )
      const role = new aws.iam.Role(
        'secret',
        { assumeRolePolicy: document({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }) },
        { provider },
      )
      new aws.lambda.Function(
        'secret',
        {
          role: role.arn,
          runtime: 'nodejs24.x',
          handler: 'index.handler',
          environment: { variables: { word, plain: 'plain' } },
          code: word.apply(
            (text) => new pulumi.asset.AssetArchive({ 'index.mjs': new pulumi.asset.StringAsset(text) }),
          ),
        },
        { provider },
      )
    })
    await stack.setConfig('contract:word', { value: SECRET, secret: true })
    const printed = [(await stack.preview({ ...quiet, diff: true })).stdout]
    printed.push((await stack.up({ ...quiet, diff: true })).stdout, (await stack.refresh(quiet)).stdout)
    // AWS has it; the state has it encrypted, as an input, as a tag and among all tags.
    const types = new Set(made('secrets').flatMap((one) => (JSON.stringify(one).includes(SECRET) ? [one.type] : [])))
    expect([...types].sort()).toEqual(['aws:cloudwatch/metricAlarm:MetricAlarm', VPC, 'aws:lambda/function:Function'])
    const backend = fileURLToPath(engine.variables().PULUMI_BACKEND_URL ?? '')
    const state = readFileSync(join(backend, '.pulumi/stacks/contract/secrets.json'), 'utf8')
    expect(state).not.toContain(SECRET)
    expect(state.match(/"ciphertext"/g)?.length).toBeGreaterThanOrEqual(3)
    expect(printed.join('')).not.toContain(SECRET)
  })
})
