/** A service that the local cloud does not have is named to the SDK that calls it, in the protocol that it reads. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ledger } from '../ledger/ledger.ts'
import { reach } from '../network/reach.ts'
import { organization } from '../testing/organization.ts'
import { localAgent } from './agent.ts'
import { openAuthority } from './authority.ts'
import { startWire, type Wire } from './wire.ts'

let directory: string
let wire: Wire
let local: { readonly port: number; readonly caFile: string }
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'wire-'))
  const authority = await openAuthority(directory)
  wire = startWire({
    surroundings: {
      ledger: new Ledger(),
      organization,
      now: () => Date.now() / 1000,
      authorize: async () => ({ allowed: true }),
    },
    services: [],
    authority,
    reach,
    onUnsupported: () => undefined,
  })
  const { port } = await wire.open({ kind: 'internet', address: '198.51.100.10' })
  local = { port, caFile: authority.caFile }
})
afterAll(async () => {
  await wire?.close()
  rmSync(directory, { recursive: true, force: true })
})

const client = (host: string) => ({
  region: 'us-east-1',
  endpoint: `https://${host}`,
  maxAttempts: 1,
  credentials: { accessKeyId: 'A', secretAccessKey: 'S' },
  requestHandler: { httpsAgent: localAgent(local) },
})

it('JSON: one exception, with the name of the service', async () => {
  const dynamodb = new DynamoDBClient(client('kinesis.us-east-1.amazonaws.com'))
  await expect(dynamodb.send(new DescribeTableCommand({ TableName: 't' }))).rejects.toMatchObject({
    name: 'UnsupportedByLocalCloud',
    $metadata: { httpStatusCode: 400 },
    message: expect.stringContaining("the service 'kinesis'"),
  })
})

it('query: one exception, with the name of the service', async () => {
  const iam = new STSClient(client('iam.amazonaws.com'))
  await expect(iam.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: 'UnsupportedByLocalCloud',
    $metadata: { httpStatusCode: 400 },
    message: expect.stringContaining("the service 'iam.amazonaws.com'"),
  })
})

it.each([
  ['ec2.us-east-1.amazonaws.com', /^<Response><Errors><Error><Code>UnsupportedByLocalCloud<\/Code><Message>.*ec2/],
  ['bucket.s3.us-east-1.amazonaws.com', /^<Error><Code>UnsupportedByLocalCloud<\/Code><Message>.*s3/],
])('%s: XML as that service’s clients read it', async (host, body) => {
  expect(await answerOf(host)).toMatch(body)
})

function answerOf(host: string): Promise<string> {
  const { port, caFile } = local
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: host, ca: readFileSync(caFile), agent: false as const }
    get({ ...options, headers: { host } }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      resolve(Buffer.concat(chunks).toString())
    }).on('error', reject)
  })
}
