/**
 * The local cloud, put together: ledger, IAM decisions, network paths, services, functions and load balancer. Engines
 * deploy into it; clients and functions talk to it over the wire.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createApis } from './aws/apis.ts'
import { createAccounting } from './aws/bedrock/accounting.ts'
import { createBedrock } from './aws/bedrock/bedrock.ts'
import type { ModelBackend } from './aws/bedrock/model-backend.ts'
import { createCloudFront } from './aws/cloudfront/cloudfront.ts'
import { createTrail } from './aws/cloudtrail/trail.ts'
import { type Cognito, createCognito } from './aws/cognito/cognito.ts'
import { createDynamoDb } from './aws/dynamodb/dynamodb.ts'
import { attachmentDeletions } from './aws/ec2/attachment-deletions.ts'
import { SERVICE } from './aws/ecs/calls.ts'
import { createEcs, type Ecs, type EcsEvent } from './aws/ecs/ecs.ts'
import { createSchedules, type Schedules } from './aws/events/schedules.ts'
import { createLambda, type Lambda, type LambdaEvent, placeOfFunction } from './aws/lambda/lambda.ts'
import { leftInterfaces } from './aws/lambda/left-interfaces.ts'
import { invokeWhenDeclared } from './aws/lambda/resources/invocation.ts'
import {
  createLoadBalancer,
  type LoadBalancerEvent,
  type LoadBalancerService,
} from './aws/load-balancer/load-balancer.ts'
import { Targets } from './aws/load-balancer/targets.ts'
import { createS3 } from './aws/s3/s3.ts'
import { outboundIssuers } from './aws/sts/outbound-identity.ts'
import { createSts } from './aws/sts/sts.ts'
import { ambient } from './engine/configured-provider.ts'
import type { PermissionEvent } from './engine/control-plane.ts'
import { withDeployerFetch } from './engine/in-process/deployer-fetch.ts'
import { deploy, destroy, type Stack } from './engine/in-process/in-process.ts'
import { createFaults, type Faults } from './faults/faults.ts'
import { type Authorize, createAuthorize } from './iam/authorize.ts'
import { type CredentialStore, type Credentials, createCredentialStore } from './iam/credential-store.ts'
import { Ledger, type Properties, type Waits } from './ledger/ledger.ts'
import { openLedgerFile } from './ledger/ledger-file.ts'
import { createMonitoring, type Monitoring, type MonitoringEvent } from './monitoring.ts'
import type { Reach } from './network/path.ts'
import { reach } from './network/reach.ts'
import { type Observer, Observers } from './observer.ts'
import type { Image, Organization } from './organization.ts'
import type { Website } from './website.ts'
import { type Authority, openAuthority } from './wire/authority.ts'
import { fetchedBy } from './wire/requests-of-aws.ts'
import type { Surroundings } from './wire/service.ts'
import { websiteServices } from './wire/websites.ts'
import { startWire, type Wire, type WireEvent } from './wire/wire.ts'

/** Events of the cloud, for `npm start`, for tests and for logs. */
export type CloudEvent =
  | ({ readonly source: 'wire' } & WireEvent)
  | ({ readonly source: 'loadBalancer' } & LoadBalancerEvent)
  | ({ readonly source: 'lambda' } & LambdaEvent)
  | ({ readonly source: 'ecs' } & EcsEvent)
  | ({ readonly source: 'logs' } & MonitoringEvent)

export interface CloudOptions {
  /** The directory for the certificate authority and the functions' code. It is made if it does not exist. */
  readonly directory: string
  /**
   * Whether declarations, users, keys and items are kept in `directory` when the process ends.
   * @default false: they are in memory only
   */
  readonly persistent?: boolean
  /** The organisation that is deployed into: accounts, service control policies, and the people who deploy. */
  readonly organization: Organization
  /**
   * The images in the repositories; the list may grow.
   * @default those that the organisation names
   */
  readonly images?: readonly Image[]
  /**
   * Whether the connection to a target at an address ends when the client leaves. AWS does not document it.
   * @default false: it stays
   */
  readonly targetSeesClientLeave?: boolean
  /**
   * Whether the list in a token must be exactly the `string-array` of a rule. AWS does not document it.
   * @default false: the token's list may have other values too
   */
  readonly listsMatchWhole?: boolean
  /**
   * Whether the owner's deletion of an attachment is refused after the accepting account has deleted it. AWS does not document it.
   * @default false: AWS finds no attachment, and the provider counts that as deleted
   */
  readonly secondDeletionRefused?: boolean
  /** Seconds since 1970. @default the machine's clock */
  readonly now?: () => number
  /**
   * What answers as the models.
   * @default a deterministic stand-in
   */
  readonly models?: ModelBackend
  /**
   * Makes the function that decides about permissions; proofs pass one that leaves layers out.
   * @default IAM's evaluation of every policy in the ledger
   */
  readonly createAuthorize?: typeof createAuthorize
  /**
   * If present, every call of a deployment is evaluated for the principal of its provider, and reported to `observe`. A role that lacks a
   * permission then fails a deployment in this process too.
   * @default not evaluated
   */
  readonly controlPlane?: { readonly observe?: (event: PermissionEvent) => void }
  /**
   * Hosts on the internet besides AWS's, such as identity providers, by host name.
   * @default none
   */
  readonly websites?: Readonly<Record<string, Website>>
  /**
   * How many lines of each log are kept in memory.
   * @default 10,000
   */
  readonly logLines?: number
  /**
   * The seed for faults with a probability: the same seed gives the same faults.
   * @default another one in each run
   */
  readonly faultSeed?: number
  /**
   * How long a deleted function's network interfaces stay.
   * @default they are deleted with it; on AWS this takes up to 45 minutes
   */
  readonly interfacesStayMilliseconds?: number
  readonly observe?: (event: CloudEvent) => void
}

export interface LocalCloud {
  readonly ledger: Ledger
  readonly organization: Organization
  readonly authorize: Authorize
  readonly authority: Authority
  readonly credentials: CredentialStore
  readonly cognito: Pick<Cognito, 'keySet' | 'rotateKeys' | 'sign'>
  /** Injected faults. There are none until some are added. */
  readonly faults: Faults
  readonly wire: Wire
  readonly lambda: Lambda
  readonly ecs: Ecs
  readonly loadBalancer: LoadBalancerService
  /** The state of a target group's targets at addresses. */
  readonly targets: Pick<Targets, 'of'>
  /** Waits as the AWS provider does after a change, for an engine outside of this package. */
  readonly waits: Waits
  readonly monitoring: Pick<Monitoring, 'alarms' | 'settled'>
  /**
   * Reports each step of each request to an observer from now on.
   * @returns a function that ends it
   */
  watch(observer: Observer): () => void
  /** EventBridge's schedules, which can be run at once. */
  readonly schedules: Pick<Schedules, 'run'>
  /**
   * Deploys a stack in this process.
   * @throws Error with the first refusal; then nothing has changed
   */
  deploy(stack: Stack, program: () => Promise<Record<string, unknown>>): Promise<Properties>
  destroy(stack: Omit<Stack, 'config'>): Promise<void>
  /** Credentials of the deployer's shell, or of one of its profiles. They are valid for an hour. */
  signIn(profile?: string): Credentials
  /** Stops all functions and closes all ports. */
  close(): Promise<void>
}

export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const { directory, now = () => Date.now() / 1000, observe } = options
  const images = options.images ?? options.organization.images ?? []
  const organization: Organization = { ...options.organization, images }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const authority = await openAuthority(join(directory, 'authority'))
  const kept = options.persistent ? await openLedgerFile(join(directory, 'ledger')) : undefined
  const ledger = new Ledger(kept?.resources)
  const evaluator = options.createAuthorize ?? createAuthorize
  const observers = new Observers()
  ledger.onChange((change) => {
    if (observers.watched) observers.tell({ kind: 'declared', change })
  })
  const authorize = observers.watching(evaluator(ledger, organization, { now }))
  const faults = createFaults({
    now,
    hit({ service, operation = '' }, { kind: fault }) {
      if (observers.watched) observers.tell({ kind: 'faulted', ...observers.call, service, operation, fault })
    },
    ...(options.faultSeed !== undefined && { seed: options.faultSeed }),
  })
  const surroundings: Surroundings = { ledger, organization, authorize, now: faults.now }
  const credentials = faults.credentials(createCredentialStore(faults.now))
  const hosts = [...outboundIssuers(organization), ...websiteServices(options.websites ?? {})]
  const websites = new Set(hosts.map(({ name }) => name))
  const lookUp: Reach = (view, from, host, port) => reach(view, from, host, port, faults.isDown, websites)
  const logs = options.logLines === undefined ? {} : { logLines: options.logLines }
  const data = options.persistent ? { directory: join(directory, 'data') } : {}

  const dynamodb = createDynamoDb(surroundings, credentials, data)
  const cognito = createCognito(surroundings, credentials, {
    ...data,
    // The wire serves Cognito, and is made later.
    fetch: (url, form) => fetchedBy(wire, url, form),
  })
  const trail = createTrail()
  const monitoring = createMonitoring({
    surroundings,
    credentials,
    // Logs are served by the wire, which the functions need. Both are made later.
    lambda: { invoke: (...call) => lambda.invoke(...call) },
    dropped: (functionArn) => dropped(functionArn),
    ...(options.persistent && { directory: join(directory, 'data', 'logs') }),
    ...(options.logLines !== undefined && { kept: options.logLines }),
    ...(observe && { observe: (event) => observe({ source: 'logs', ...event }) }),
    observers,
  })
  const bedrock = createBedrock(surroundings, credentials, {
    trail,
    accounting: createAccounting({ ledger, ...monitoring, now: faults.now }),
    ...(options.models && { backend: options.models }),
  })
  const tellOfFunctions = (event: LambdaEvent) => {
    monitoring.lambda(event)
    observe?.({ source: 'lambda', ...event })
  }
  ledger.onChange(monitoring.logs.effect)
  ledger.onChange(dynamodb.effect)
  ledger.onChange(cognito.effect)
  const wire = startWire({
    surroundings,
    authority,
    reach: lookUp,
    faults: faults.wire,
    services: [
      ...hosts,
      createSts(surroundings, credentials),
      dynamodb,
      cognito,
      bedrock,
      monitoring.logs,
      createCloudFront(surroundings),
      createS3(surroundings),
      ...createApis(surroundings, credentials, trail, monitoring.metrics),
    ],
    observers,
    ...(observe && { observe: (event) => observe({ source: 'wire', ...event }) }),
  })
  const lambda = createLambda({
    surroundings,
    credentials,
    wire,
    faults: faults.lambda,
    ...logs,
    caFile: authority.caFile,
    directory: join(directory, 'functions'),
    printed: monitoring.logs.printed,
    observe: tellOfFunctions,
  })
  const dropped = (functionArn: string) => tellOfFunctions({ kind: 'dropped', ...placeOfFunction(functionArn) })
  const schedules = createSchedules(surroundings, { lambda, dropped })
  ledger.onChange(invokeWhenDeclared(ledger, lambda))
  const targets = new Targets({
    ledger,
    reach: lookUp,
    portOf: (interfaceId, port) => ecs.portOf(interfaceId, port),
    serving: (interfaceId) => ecs.serving(interfaceId),
  })
  const ecs = createEcs({
    surroundings,
    ledger,
    credentials,
    reach: lookUp,
    wire,
    targets,
    faults: faults.ecs,
    ...logs,
    caFile: authority.caFile,
    directory: join(directory, 'containers'),
    printed: monitoring.logs.printed,
    ...(observe && { observe: (event) => observe({ source: 'ecs', ...event }) }),
  })
  ledger.onChange(ecs.effect)
  const waits: Waits = { takesTime: ({ resource }) => resource.type === SERVICE, settled: ecs.settled }
  const loadBalancer = createLoadBalancer({
    surroundings,
    lambda,
    targets,
    ...(options.targetSeesClientLeave !== undefined && { targetSeesClientLeave: options.targetSeesClientLeave }),
    ...(options.listsMatchWhole !== undefined && { listsMatchWhole: options.listsMatchWhole }),
    wire,
    authority,
    reach: lookUp,
    ...logs,
    directory: join(directory, 'access-logs'),
    observers,
    observe: (event) => {
      monitoring.loadBalancer(event)
      observe?.({ source: 'loadBalancer', ...event })
    },
  })
  ledger.onChange(loadBalancer.effect)
  ledger.onChange(attachmentDeletions(ledger, options.secondDeletionRefused))
  const stay = options.interfacesStayMilliseconds
  const left = leftInterfaces({ ledger, authorize, ...(stay !== undefined && { stayMilliseconds: stay }) })
  ledger.onChange(left.effect)
  // This effect comes last, so that nothing is stored that another effect refuses.
  if (kept) ledger.onChange(kept.effect)
  const evaluated = options.controlPlane
  const deployInto = { ledger, organization, waits, createAuthorize: evaluator, ...(evaluated && { evaluated }) }

  return {
    ledger,
    organization,
    authorize,
    authority,
    credentials,
    cognito,
    wire,
    lambda,
    ecs,
    loadBalancer,
    targets,
    waits,
    monitoring,
    schedules,
    watch: (observer) => observers.add(observer),
    faults: faults.switches,
    deploy: (stack, program) => withDeployerFetch(cognito, () => deploy(deployInto, stack, program), options.websites),
    destroy: (stack) => destroy(deployInto, stack),
    signIn: (profile) => credentials.issue(ambient(organization, profile), 3600),
    async close() {
      left.close()
      await loadBalancer.close()
      await ecs.close()
      targets.close()
      await schedules.close()
      // Before the functions, because one of them writes the trail.
      await monitoring.close()
      await lambda.close()
      await wire.close()
      await dynamodb.close()
      await cognito.close()
      await kept?.close()
    },
  }
}
