/** App clients that were made by API calls instead of declared: machines that sign in with a client secret. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import type { LedgerView } from '../../ledger/ledger.ts'
import { known, texts } from '../../resource/values.ts'
import type { ClientSecret, MachineClient, PoolData } from './pool-data.ts'
import { RESOURCE_SERVER } from './resources/resource-server.ts'

/** Cognito allows two secrets, for a rotation without an outage, and no third. */
const MOST_SECRETS = 2

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const letters = (count: number) => Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('')

const digest = (secret: string) => createHash('sha256').update(secret).digest('base64')

export const newClientId = () => letters(26)

/** @returns the secret, which is stored nowhere, and its hash, which is kept */
export function newSecret(clientId: string, now: number): { readonly value: string; readonly kept: ClientSecret } {
  const value = letters(52)
  return {
    value,
    kept: { id: `${clientId}--${randomBytes(8).toString('hex')}`, digest: digest(value), createdAt: now },
  }
}

export function addSecret(data: PoolData, client: MachineClient, now: number) {
  if (client.secrets.length >= MOST_SECRETS)
    throw new AwsError('LimitExceededException', `An app client has at most ${MOST_SECRETS} active secrets.`)
  const { value, kept } = newSecret(client.id, now)
  data.putClient({ ...client, secrets: [...client.secrets, kept] })
  return { value, kept }
}

export function hasSecret({ secrets }: MachineClient, given: string): boolean {
  const of = Buffer.from(digest(given))
  // All secrets are compared, so that the time taken reveals nothing.
  return secrets.map(({ digest: kept }) => timingSafeEqual(of, Buffer.from(kept))).includes(true)
}

export function requireClient(data: PoolData, id: string): MachineClient {
  const client = data.client(id)
  if (!client) throw new AwsError('ResourceNotFoundException', `User pool client ${id} does not exist.`)
  return client
}

/** The scopes of the pool's resource servers. */
export const scopesOf = (ledger: LedgerView, poolId: string): readonly string[] =>
  ledger
    .all(RESOURCE_SERVER)
    .filter(({ outputs }) => known(outputs, 'userPoolId') === poolId)
    .flatMap(({ outputs }) => texts(outputs, 'scopeIdentifiers'))
