/** A provider process over a ledger in which the programs' resources are, with a connection to each account. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResourceProviderClient } from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import { serveProviders } from '../../src/engine/provider/provider.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { connectTo } from '../../src/testing/provider-calls.ts'
import type { World } from './world.ts'

export interface Fixture {
  readonly ledger: Ledger
  /** @throws Error for an account that nobody deploys into */
  client(account: string): ResourceProviderClient
  close(): Promise<void>
}

const DEPLOYERS: Readonly<Record<string, string>> = {
  '222222222222': 'genai-deployer',
  '333333333333': 'genai-deployer',
  '555555555555': 'genai-site-deployer',
}
const HUB = '111111111111'

export async function openFixture({ resources, organization }: World): Promise<Fixture> {
  const ledger = new Ledger(resources)
  const uploads = mkdtempSync(join(tmpdir(), 'provider-'))
  const providers = await serveProviders({ ledger, organization, uploads })
  const clients = new Map([[HUB, await connectTo(providers.aws)]])
  for (const { id: account } of organization.accounts) {
    const role = DEPLOYERS[account]
    if (role === undefined) continue
    const assumeRoles = JSON.stringify([{ roleArn: `arn:aws:iam::${account}:role/${role}` }])
    clients.set(account, await connectTo(providers.aws, { region: 'us-east-1', assumeRoles }))
  }
  return {
    ledger,
    client(account) {
      const client = clients.get(account)
      if (!client) throw new Error(`nobody deploys into ${account}`)
      return client
    },
    async close() {
      for (const client of clients.values()) client.close()
      await providers.close()
      rmSync(uploads, { recursive: true, force: true })
    },
  }
}
