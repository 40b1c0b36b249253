/**
 * ECS's endpoint for the credentials of tasks. Each task has a secret path of its own, under which it gets credentials of its task role. They
 * are renewed before they expire.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Session } from '../../iam/authorize.ts'
import type { CredentialStore, Credentials } from '../../iam/credential-store.ts'

/** ECS's sessions last for six hours. They are renewed when less than this time is left. */
const SESSION_SECONDS = 6 * 3600
const RENEWED_SECONDS = 3600

export class CredentialsEndpoint {
  readonly #store: Pick<CredentialStore, 'issue'>
  readonly #now: () => number
  readonly #issued = new Map<string, { readonly session: Session; credentials?: Credentials }>()
  #server: Promise<Server> | undefined

  constructor(store: Pick<CredentialStore, 'issue'>, now: () => number) {
    this.#store = store
    this.#now = now
  }

  async port(): Promise<number> {
    this.#server ??= this.#open()
    return ((await this.#server).address() as AddressInfo).port
  }

  /** @returns the path for one task, `/v2/credentials/…` */
  give(session: Session): string {
    const path = `/v2/credentials/${randomUUID()}`
    this.#issued.set(path, { session })
    return path
  }

  take(path: string): void {
    this.#issued.delete(path)
  }

  async close(): Promise<void> {
    const server = await this.#server
    server?.closeAllConnections()
    if (server) await new Promise((closed) => server.close(closed))
  }

  #open(): Promise<Server> {
    const server = createServer((request, response) => {
      const given = this.#issued.get(request.url ?? '')
      response.writeHead(given ? 200 : 400, { 'content-type': 'application/json' })
      response.end(JSON.stringify(given ? this.#answer(given) : UNKNOWN))
    })
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
  }

  #answer(given: { readonly session: Session; credentials?: Credentials }): object {
    const { session } = given
    if (!given.credentials || given.credentials.expiration.getTime() / 1000 - this.#now() < RENEWED_SECONDS)
      given.credentials = this.#store.issue(session, SESSION_SECONDS)
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = given.credentials
    return {
      RoleArn: session.roleArn,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: expiration.toISOString(),
    }
  }
}

const UNKNOWN = {
  code: 'InvalidIdInRequest',
  message: 'CredentialsV2Request: Credentials not found',
  HTTPErrorCode: 400,
}
