/**
 * What the suites of the stand-in's services share: real SDK clients against a wire of the local cloud. Every decision of
 * IAM and of the network is the test's own here; tests of the whole cloud use the real ones.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { ApiCall, Decision, Session } from '../../src/iam/authorize.ts'
import { type CredentialStore, createCredentialStore } from '../../src/iam/credential-store.ts'
import { type Declared, Ledger, type Properties } from '../../src/ledger/ledger.ts'
import type { Origin, Path, Refusal } from '../../src/network/path.ts'
import type { Organization } from '../../src/organization.ts'
import { localAgent } from '../../src/wire/agent.ts'
import { openAuthority } from '../../src/wire/authority.ts'
import type { Service, Surroundings } from '../../src/wire/service.ts'
import { startWire, type Wire, type WireEvent } from '../../src/wire/wire.ts'
import type { WireFaults } from '../../src/wire/wire-faults.ts'

export const REGION = 'us-east-1'
export const HUB = '111111111111'
export const TENANT = '222222222222'

/** Aims the suites at AWS, with the credentials of the environment, as far as a case makes sense there. */
export const REMOTE = process.env.AWS_REMOTE === '1'

export const ORGANIZATION: Organization = {
  id: 'o-example',
  arn: `arn:aws:organizations::${HUB}:organization/o-example`,
  ramSharing: true,
  deployerRoleArn: `arn:aws:iam::${HUB}:role/deployer`,
  profiles: {},
  accounts: [HUB, TENANT].map((id) => ({
    id,
    name: id,
    models: [],
    zones: {},
    serviceControlPolicies: [],
    roles: [
      {
        name: 'deployer',
        trust: { Version: '2012-10-17', Statement: [] },
        policy: { Version: '2012-10-17', Statement: [] },
      },
    ],
  })),
}

export interface Fixture {
  readonly ledger: Ledger
  readonly surroundings: Surroundings
  readonly credentials: CredentialStore
  readonly wire: Wire
  /** Every question that was put to IAM. */
  readonly asked: ApiCall[]
  readonly events: WireEvent[]
  /** What IAM answers; allows everything until it is set. */
  decide: (call: ApiCall) => Decision
  /** What the network answers; the public service of the host's name until it is set. */
  lookUp: (from: Origin, host: string) => Path | Refusal
  /** Seconds that the clock is ahead of the real one. */
  ahead: number
  /** A clock that stands still, seconds since 1970. */
  at: number | undefined
  readonly caFile: string
  readonly session: Session
  /** Settings of an SDK client that signs as `session`, or with these credentials. */
  client(credentials?: ClientCredentials): Promise<ClientSettings>
  /** A port of this origin, opened once. */
  port(from?: Origin): Promise<number>
  close(): Promise<void>
}

export interface ClientCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface ClientSettings {
  readonly region: string
  readonly credentials: ClientCredentials
  readonly requestHandler: NodeHttpHandler
  readonly maxAttempts: number
}

export const LAPTOP: Origin = { kind: 'internet', address: '198.51.100.10' }

export function sessionOf(account: string, role = 'caller', tags: Readonly<Record<string, string>> = {}): Session {
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${role}/test`,
    account,
    roleArn: `arn:aws:iam::${account}:role/${role}`,
    sessionName: 'test',
    tags,
    sessionPolicies: [],
  }
}

/** DynamoDB also has host names with the account in front of `ddb`. */
export function publicService(host: string): Path {
  const service = /^\d{12}\.ddb\./.test(host) ? 'dynamodb' : (host.split('.')[0] ?? '')
  const address = '192.0.2.1'
  return {
    reachable: true,
    hops: [],
    address,
    addresses: [address],
    target: { kind: 'service', service, region: REGION },
  }
}

export async function startFixture(
  services: (fixture: Pick<Fixture, 'surroundings' | 'credentials' | 'ledger'>) => readonly Service[],
  {
    resources = [],
    organization = ORGANIZATION,
    faults,
  }: { resources?: readonly Declared[]; organization?: Organization; faults?: WireFaults } = {},
): Promise<Fixture> {
  const directory = await mkdtemp(path.join(tmpdir(), 'stand-'))
  const ledger = new Ledger(resources)
  const authority = await openAuthority(directory)
  const ports = new Map<string, Promise<number>>()
  const handlers: NodeHttpHandler[] = []
  const now = () => fixture.at ?? Date.now() / 1000 + fixture.ahead
  const surroundings: Surroundings = {
    ledger,
    organization,
    now,
    authorize: async (call) => {
      fixture.asked.push(call)
      return fixture.decide(call)
    },
  }
  const credentials = createCredentialStore(now)
  const events: WireEvent[] = []
  const wire = startWire({
    surroundings,
    services: services({ surroundings, credentials, ledger }),
    authority,
    reach: (_ledger, from, host) => fixture.lookUp(from, host),
    observe: (event) => events.push(event),
    ...(faults && { faults }),
  })
  const fixture: Fixture = {
    ledger,
    surroundings,
    credentials,
    wire,
    events,
    asked: [],
    decide: () => ({ allowed: true }),
    lookUp: (_from, host) => publicService(host),
    ahead: 0,
    at: undefined,
    caFile: authority.caFile,
    session: sessionOf(HUB),
    async client(given) {
      const handler = new NodeHttpHandler({
        httpsAgent: localAgent({ port: await fixture.port(), caFile: authority.caFile }),
        requestTimeout: 5_000,
      })
      handlers.push(handler)
      return {
        region: REGION,
        credentials: given ?? credentials.issue(fixture.session, 3600),
        requestHandler: handler,
        maxAttempts: 1,
      }
    },
    port(from = LAPTOP) {
      const key = JSON.stringify(from)
      const opened = ports.get(key) ?? wire.open(from).then(({ port }) => port)
      ports.set(key, opened)
      return opened
    },
    async close() {
      for (const handler of handlers) handler.destroy()
      await wire.close()
      await rm(directory, { recursive: true })
    },
  }
  return fixture
}

let declared = 0

/** A resource as the ledger holds it. */
export function resource(type: string, id: string, outputs: Properties, account = HUB): Declared {
  declared += 1
  return {
    urn: `urn:pulumi:test::genai-hub-spoke::${type}::resource${declared}`,
    type,
    id,
    account,
    region: REGION,
    inputs: outputs,
    outputs,
    options: { dependencies: [], protect: false, retainOnDelete: false },
  }
}

/** What a rejected promise was rejected with. */
export async function failure(
  promise: Promise<unknown>,
): Promise<Error & { readonly $metadata?: { httpStatusCode?: number } }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('The call was expected to fail, and did not.')
}
