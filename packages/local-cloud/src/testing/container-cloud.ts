/** For tests: a cloud in which a small server runs as a container service behind a load balancer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CloudEvent, type CloudOptions, type LocalCloud, startCloud } from '../cloud.ts'
import type { Declared, Properties } from '../ledger/ledger.ts'
import { ContainerDeclarer, IMAGE_DIGEST } from './container.ts'
import { json } from './gateway.ts'
import { organization } from './organization.ts'

/** The path of a request says which answer is wanted. */
const SERVER = `
const http = require('node:http')
let stopping = false
const server = http.createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://x')
  if (pathname === '/health') return response.writeHead(process.env.SICK || stopping ? 503 : 200).end()
  if (pathname.endsWith('/crash')) return process.exit(1)
  if (pathname.endsWith('/stream')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let n = 0; n < Number(searchParams.get('n')); n++) {
      response.write('data: ' + n + '\\n\\n')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return response.end('data: end\\n\\n')
  }
  if (pathname.endsWith('/flood')) {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    let written = 0
    const more = () => {
      while (written < 64e6) { written += chunk.length; if (!response.write(chunk)) return }
      response.end()
    }
    response.on('drain', more)
    response.on('close', () => console.log('flood closed after ' + written))
    return more()
  }
  if (pathname.endsWith('/credentials')) {
    return http.get('http://169.254.170.2' + process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, (got) => got.pipe(response))
  }
  let bytes = 0
  for await (const chunk of request) bytes += chunk.length
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ bytes, pid: process.pid, version: process.env.VERSION, headers: request.headers, env: Object.keys(process.env) }))
})
server.keepAliveTimeout = 100_000
process.once('SIGTERM', () => {
  stopping = true
  console.log('told to stop')
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
server.listen(8080, () => console.log('listening on ' + server.address().port))
`

const SERVICE = 'aws:ecs/service:Service'
const RULE = 'aws:lb/listenerRule:ListenerRule'
const EGRESS = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'
const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'

export class ContainerCloud extends ContainerDeclarer {
  cloud!: LocalCloud
  port = 0
  routeTableId = ''

  static async start(options: Partial<CloudOptions> = {}): Promise<ContainerCloud> {
    const directory = mkdtempSync(join(tmpdir(), 'containers-'))
    const events: CloudEvent[] = []
    const file = join(directory, 'server.cjs')
    writeFileSync(file, SERVER)
    const images = [{ repositoryName: 'server', tag: 'one', digest: IMAGE_DIGEST, file }]
    const observe = (event: CloudEvent) => void events.push(event)
    const cloud = await startCloud({ directory, organization, images, observe, ...options })
    const made = new ContainerCloud(cloud.organization, undefined, cloud.ledger)
    made.cloud = cloud
    made.#kept = { directory, events }
    await made.prepare()
    return made
  }

  #kept: { readonly directory: string; readonly events: readonly CloudEvent[] } | undefined

  /** The events of one kind so far. */
  told(kind: string): readonly CloudEvent[] {
    return (this.#kept?.events ?? []).filter((event) => event.kind === kind)
  }

  override async prepare(): Promise<this> {
    await super.prepare()
    const region = 'us-east-1'
    await this.make('aws:ec2/vpc:Vpc', 'vpc', { cidrBlock: '10.0.0.0/16', enableDnsHostnames: true })
    const { id: routeTableId } = await this.make('aws:ec2/routeTable:RouteTable', 'table', { vpcId: this.vpcId })
    for (const subnetId of this.subnetIds)
      await this.make('aws:ec2/routeTableAssociation:RouteTableAssociation', subnetId, { subnetId, routeTableId })
    this.routeTableId = routeTableId
    const [gateway] = this.ledger.all('aws:ec2/internetGateway:InternetGateway')
    const out = { routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway?.id ?? '' }
    await this.make('aws:ec2/route:Route', 'out', out)
    const of = { securityGroupId: this.group.id }
    const all = { ...of, ipProtocol: '-1', referencedSecurityGroupId: this.group.id }
    await this.make(EGRESS, 'inside', all)
    await this.make(INGRESS, 'inside', all)
    const web = { ...of, ipProtocol: 'tcp', fromPort: 80, toPort: 80, cidrIpv4: '0.0.0.0/0' }
    await this.make(INGRESS, 'web', web)
    const s3 = await this.endpoint('s3', { routeTableIds: [routeTableId] })
    const list = String(s3.outputs.prefixListId)
    await this.make(EGRESS, 's3', { ...of, ipProtocol: 'tcp', fromPort: 443, toPort: 443, prefixListId: list })
    const inside = {
      vpcEndpointType: 'Interface',
      privateDnsEnabled: true,
      subnetIds: this.subnetIds,
      securityGroupIds: [this.group.id],
    }
    for (const service of ['ecr.api', 'ecr.dkr', 'logs']) await this.endpoint(service, inside)
    await this.make('aws:cloudwatch/logGroup:LogGroup', 'log', { name: 'server' })
    await this.allow('ecr:*', 'logs:*')
    const options = { 'awslogs-group': 'server', 'awslogs-region': region, 'awslogs-stream-prefix': 'task' }
    this.#container = { logConfiguration: { logDriver: 'awslogs', options } }
    this.definition = await this.define('definition')
    const rule = await this.forward()
    this.#listenerArn = String(rule.inputs.listenerArn)
    const { port } = await this.cloud.loadBalancer.open(
      { kind: 'internet', address: '198.51.100.10' },
      this.#listenerArn,
    )
    this.port = port
    return this
  }

  #container: Properties = {}
  #listenerArn = ''

  endpoint(service: string, more: Properties): Promise<Declared> {
    const serviceName = `com.amazonaws.us-east-1.${service}`
    return this.make('aws:ec2/vpcEndpoint:VpcEndpoint', service, { vpcId: this.vpcId, serviceName, ...more })
  }

  /** Allows actions to the task execution role. */
  allow(...actions: readonly string[]): Promise<Declared> {
    const policy = json({ Effect: 'Allow', Action: actions, Resource: '*' })
    return this.make('aws:iam/rolePolicy:RolePolicy', 'execution', { role: 'execution', name: 'execution', policy })
  }

  /** Each name is a task definition of its own. */
  define(name: string, container: Properties = {}, task: Properties = {}): Promise<Declared> {
    const whole = this.container({ ...this.#container, ...container })
    return this.make('aws:ecs/taskDefinition:TaskDefinition', name, this.task(task, whole))
  }

  override get group8080(): Properties {
    const healthCheck = { path: '/health', interval: 5, timeout: 2, healthyThreshold: 2, unhealthyThreshold: 2 }
    return { ...super.group8080, deregistrationDelay: 60, healthCheck }
  }

  override service(changes: Properties = {}): Properties {
    const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true }, waitForSteadyState: true }
    return super.service({ ...breaker, ...changes })
  }

  /** Declares the service, and waits for it as the AWS provider does. */
  async deploy(changes: Properties = {}): Promise<Declared> {
    const resource = await this.make(SERVICE, 'server', this.service(changes))
    await this.cloud.waits.settled({ kind: 'updated', resource })
    return resource
  }

  /** Makes a rule that forwards requests below `/t` to the service. */
  open(): Promise<Declared> {
    return this.make(RULE, 'open', {
      listenerArn: this.#listenerArn,
      priority: 2,
      conditions: [{ pathPattern: { values: ['/t/*'] } }],
      actions: [{ type: 'forward', targetGroupArn: this.targetGroup.id }],
    })
  }

  send(
    path: string,
    options: object = {},
  ): { readonly sent: ClientRequest; readonly answer: Promise<IncomingMessage> } {
    const headers = { host: 'example.com', 'user-agent': 'test' }
    const sent = request({ host: '127.0.0.1', port: this.port, path, agent: false, headers, ...options })
    const answer = new Promise<IncomingMessage>((resolve, reject) =>
      sent.once('response', resolve).once('error', reject),
    )
    return { sent, answer }
  }

  async get(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const { sent, answer } = this.send(path)
    sent.end()
    const response = await answer
    return { status: response.statusCode ?? 0, body: await textOf(response) }
  }

  tasks() {
    return this.cloud.ecs.tasks('arn:aws:ecs:us-east-1:111111111111:service/main/server')
  }

  async close(): Promise<void> {
    await this.cloud.close()
    if (this.#kept) rmSync(this.#kept.directory, { recursive: true })
  }
}

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}
