/** For tests of this folder and of the load balancer: a ledger with functions, made by hand, and everything else that Lambda needs. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Decision } from '../../iam/authorize.ts'
import { createCredentialStore } from '../../iam/credential-store.ts'
import { type ArchiveValue, type Declared, Ledger, type Properties } from '../../ledger/ledger.ts'
import type { Origin } from '../../network/path.ts'
import { openAuthority } from '../../wire/authority.ts'
import type { Surroundings } from '../../wire/service.ts'
import { createLambda, type LambdaEvent } from './lambda.ts'

export const ACCOUNT = '111111111111'
export const REGION = 'us-east-1'
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/execution`

export const functionArn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`

export function declared(type: string, id: string, outputs: Properties): Declared {
  const options = { dependencies: [], protect: false, retainOnDelete: false }
  const urn = `urn:pulumi:test::test::${type}::${id}`
  return { urn, type, id, account: ACCOUNT, region: REGION, inputs: outputs, outputs, options }
}

export function archiveOf(files: Readonly<Record<string, string>>): ArchiveValue {
  const entries = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, { asset: 'text' as const, text, sha256: sha256(text) }]),
  )
  return { archive: 'entries', entries, sha256: sha256(JSON.stringify(entries)) }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** A function whose only file is `index.mjs`, unless files are given. */
export function declaredFunction(
  name: string,
  code: string | Readonly<Record<string, string>>,
  more: Properties = {},
): Declared {
  return declared('aws:lambda/function:Function', name, {
    name,
    arn: functionArn(name),
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    role: ROLE_ARN,
    memorySize: 128,
    timeout: 10,
    code: archiveOf(typeof code === 'string' ? { 'index.mjs': code } : code) as unknown as Properties,
    ...more,
  })
}

export const declaredRole = (service = 'lambda.amazonaws.com') =>
  declared('aws:iam/role:Role', 'execution', {
    name: 'execution',
    arn: ROLE_ARN,
    assumeRolePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    }),
  })

export interface FixtureOptions {
  readonly now?: () => number
  readonly mayLog?: boolean
  readonly concurrencyLimit?: number
}

/** Starts Lambda in a new directory. Every host name that its functions call answers with the request that it got. */
export async function startLambda(resources: readonly Declared[], options: FixtureOptions = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), 'lambda-'))
  const authority = await openAuthority(directory)
  const ledger = new Ledger([declaredRole(), ...resources])
  const decision: Decision =
    options.mayLog === false
      ? { allowed: false, layer: 'identity', layers: ['identity'], explicit: false, message: 'no' }
      : { allowed: true }
  const now = options.now ?? (() => Date.now() / 1000)
  const limit = options.concurrencyLimit
  const surroundings: Surroundings = {
    ledger,
    organization: {
      id: 'o-1',
      arn: 'arn:aws:organizations::111111111111:organization/o-1',
      ramSharing: true,
      accounts: [
        {
          id: ACCOUNT,
          name: 'hub',
          models: [],
          serviceControlPolicies: [],
          roles: [],
          ...(limit !== undefined && { concurrencyLimit: limit }),
        },
      ],
      deployerRoleArn: ROLE_ARN,
      profiles: {},
    },
    authorize: async () => decision,
    now,
  }
  const credentials = createCredentialStore(now)
  const wire = echoWire(authority)
  const events: LambdaEvent[] = []
  const lambda = createLambda({
    surroundings,
    credentials,
    wire,
    directory,
    caFile: authority.caFile,
    observe: (event) => events.push(event),
  })
  return {
    ledger,
    surroundings,
    credentials,
    authority,
    directory,
    lambda,
    events,
    opened: wire.opened,
    invoke: async (name: string, event: unknown = {}) => {
      const answer = await lambda.invoke({
        functionArn: functionArn(name),
        payload: JSON.stringify(event),
        caller: { kind: 'operator' },
      })
      return { ...answer, value: JSON.parse(answer.payload) }
    },
    async close() {
      await lambda.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A server for HTTP/2 and HTTP/1.1 that answers with the TLS server name and the protocol. */
function echoWire(authority: Awaited<ReturnType<typeof openAuthority>>) {
  const opened: Origin[] = []
  return {
    opened,
    async open(from: Origin) {
      opened.push(from)
      const { key, cert } = authority.issue(['*.us-east-1.amazonaws.com', '*.amazonaws.com', 'example.com'])
      const server = createSecureServer({ allowHTTP1: true, key, cert }, (request, response) => {
        const { authority: name = request.headers.host } = request
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ name, version: request.httpVersion, path: request.url }))
      })
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
      return {
        port: (server.address() as AddressInfo).port,
        close: () => new Promise<void>((closed) => void server.close(() => closed())),
      }
    },
  }
}
