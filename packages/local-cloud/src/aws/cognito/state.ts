/** What the service keeps besides the declared resources: open pools, sign-ins that are not complete, failed attempts. */
import { randomBytes, randomUUID } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import type { Change, Declared } from '../../ledger/ledger.ts'
import { USER_GROUP, USER_POOL } from './pool.ts'
import { PoolData } from './pool-data.ts'

/** A message that AWS would send by e-mail. */
export interface Message {
  readonly kind: 'invitation'
  readonly to: string
  readonly username: string
  readonly temporaryPassword: string
}

export interface CognitoOptions {
  /** The directory of the pools' files. Without it the data is lost when the process ends. */
  readonly directory?: string
  /**
   * How the service reaches other providers over the internet.
   * @param form a body to be posted; absent for a GET
   */
  readonly fetch?: (url: string, form?: string) => Promise<{ readonly status: number; readonly text: string }>
  /** Receives what AWS would send by e-mail. Without it, operations that send are refused. */
  readonly deliver?: (message: Message) => void
}

/** What a sign-in can wait for: a new password, a code, or an authenticator app that the user sets up first. */
export type ChallengeName = 'NEW_PASSWORD_REQUIRED' | 'SOFTWARE_TOKEN_MFA' | 'MFA_SETUP'

/** A sign-in that waits for the user's answer. */
export interface Challenge {
  readonly name: ChallengeName
  /** Set while the user sets up an app: the secret that was given out, and whether its first code was right. */
  readonly setUp?: { readonly secret: string; readonly verified: boolean }
  readonly poolId: string
  readonly clientId: string
  readonly username: string
  /** Seconds since 1970. */
  readonly expires: number
}

/** A completed sign-in at the pool's domain. The application has not exchanged its code for tokens yet. */
export interface Grant {
  readonly poolId: string
  readonly clientId: string
  readonly username: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly nonce?: string | undefined
  /** Base64url of the verifier's SHA-256. */
  readonly challenge?: string | undefined
  readonly authTime: number
  /** Seconds since 1970. */
  readonly expires: number
}

/** A sign-in that was sent to another provider. */
export interface ProviderSignIn {
  readonly poolId: string
  readonly provider: string
  /** The query string of the application's request. */
  readonly query: string
  /** Seconds since 1970. */
  readonly expires: number
}

/** A user who has signed in on the pool's pages, recognised by the browser's cookie. */
export interface BrowserSession {
  readonly poolId: string
  readonly username: string
  readonly authTime: number
  /** Seconds since 1970. */
  readonly expires: number
}

/** After the fifth failure in a row, the next attempt must wait for a second, then twice as long each time, at most 15 minutes. */
const FREE_FAILURES = 5
const MAX_WAIT_SECONDS = 15 * 60

export class CognitoState {
  readonly options: CognitoOptions
  readonly #pools = new Map<string, Promise<PoolData>>()
  readonly #challenges = new Map<string, Challenge>()
  /** By the code. */
  readonly #grants = new Map<string, Grant>()
  /** By the cookie's value. */
  readonly #browsers = new Map<string, BrowserSession>()
  /** By the state that was sent along. */
  readonly #providerSignIns = new Map<string, ProviderSignIn>()
  readonly #failures = new Map<string, { readonly count: number; readonly until: number }>()
  /** By the resource object that was deleted: if the ledger takes a deletion back, it announces the same object as created. */
  readonly #deletedPools = new WeakMap<Declared, Promise<PoolData>>()
  readonly #droppedMembers = new WeakMap<Declared, readonly string[]>()

  constructor(options: CognitoOptions) {
    this.options = options
  }

  /** Opens the pool's data. Its keys are made the first time. */
  pool(id: string): Promise<PoolData> {
    const opened = this.#pools.get(id) ?? PoolData.open(id, this.options.directory)
    this.#pools.set(id, opened)
    // If a pool could not be opened, the next call tries again. Those who wait now get the error.
    opened.catch(() => this.#pools.delete(id))
    return opened
  }

  /** Keeps users consistent with the declared pools and groups. */
  async follow({ kind, resource }: Change): Promise<void> {
    if (resource.type === USER_POOL && kind === 'created') this.#createPool(resource)
    if (resource.type === USER_POOL && kind === 'deleted') await this.#deletePool(resource)
    if (resource.type === USER_GROUP && kind === 'created') await this.#restoreMembers(resource)
    if (resource.type === USER_GROUP && kind === 'deleted') await this.#dropMembers(resource)
  }

  #createPool(resource: Declared): void {
    const deleted = this.#deletedPools.get(resource)
    if (deleted) this.#pools.set(resource.id, deleted)
    // Not awaited: making keys takes a while, and nobody signs in before the deployment has ended.
    this.pool(resource.id).then(
      (data) => data.changed(),
      () => undefined,
    )
  }

  async #deletePool(resource: Declared): Promise<void> {
    const data = this.pool(resource.id)
    this.#pools.delete(resource.id)
    this.#deletedPools.set(resource, data)
    await (await data).erase()
  }

  /** Removes all members of a deleted group, so that a later group of the same name begins empty. */
  async #dropMembers(resource: Declared): Promise<void> {
    const { name, userPoolId } = resource.outputs
    const data = await this.pool(String(userPoolId))
    const members = data.users().filter(({ groups }) => groups.includes(String(name)))
    for (const user of members) data.put({ ...user, groups: user.groups.filter((group) => group !== name) })
    const usernames = members.map(({ username }) => username)
    this.#droppedMembers.set(resource, usernames)
  }

  async #restoreMembers(resource: Declared): Promise<void> {
    const { name, userPoolId } = resource.outputs
    const usernames = this.#droppedMembers.get(resource) ?? []
    if (usernames.length === 0) return
    const data = await this.pool(String(userPoolId))
    for (const user of data.users())
      if (usernames.includes(user.username)) data.put({ ...user, groups: [...user.groups, String(name)] })
  }

  addChallenge(challenge: Challenge): string {
    const session = randomBytes(96).toString('base64url')
    this.#challenges.set(session, challenge)
    return session
  }

  /** Each session can be answered once. */
  takeChallenge(session: string, name: ChallengeName, clientId: string, now: number): Challenge {
    const challenge = this.challenge(session, name, now)
    if (challenge.clientId !== clientId) throw invalidSession()
    this.#challenges.delete(session)
    return challenge
  }

  /** Does not end the session: a right code may follow a wrong one. */
  challenge(session: string, name: ChallengeName, now: number): Challenge {
    const challenge = this.#challenges.get(session)
    if (challenge?.name !== name) throw invalidSession()
    if (challenge.expires > now) return challenge
    this.#challenges.delete(session)
    throw new AwsError('NotAuthorizedException', 'Invalid session for the user, session is expired.')
  }

  /** What a session waits for; undefined for an unknown session. */
  challengeOf(session: string): ChallengeName | undefined {
    return this.#challenges.get(session)?.name
  }

  /** Continues to set up an app: the same sign-in gets another session. */
  continueSetUp(session: string, setUp: Challenge['setUp'] & object, now: number): string {
    const challenge = this.challenge(session, 'MFA_SETUP', now)
    this.#challenges.delete(session)
    return this.addChallenge({ ...challenge, setUp })
  }

  addGrant(grant: Grant, now: number): string {
    dropExpired(this.#grants, now)
    const code = randomUUID()
    this.#grants.set(code, grant)
    return code
  }

  /** A code can be used once, whether the request is right or wrong. */
  takeGrant(code: string): Grant | undefined {
    const grant = this.#grants.get(code)
    this.#grants.delete(code)
    return grant
  }

  addProviderSignIn(signIn: ProviderSignIn, now: number): string {
    dropExpired(this.#providerSignIns, now)
    const value = randomBytes(32).toString('base64url')
    this.#providerSignIns.set(value, signIn)
    return value
  }

  /** Can be used once. */
  takeProviderSignIn(value: string): ProviderSignIn | undefined {
    const signIn = this.#providerSignIns.get(value)
    this.#providerSignIns.delete(value)
    return signIn
  }

  addBrowser(session: BrowserSession): string {
    const value = randomBytes(32).toString('base64url')
    this.#browsers.set(value, session)
    return value
  }

  browser(value: string, poolId: string, now: number): BrowserSession | undefined {
    const session = this.#browsers.get(value)
    if (session && session.expires <= now) this.#browsers.delete(value)
    return session?.poolId === poolId && session.expires > now ? session : undefined
  }

  endBrowser(value: string): void {
    this.#browsers.delete(value)
  }

  checkAttempts(user: string, now: number): void {
    const failures = this.#failures.get(user)
    if (failures && failures.until > now) throw new AwsError('NotAuthorizedException', 'Password attempts exceeded')
  }

  attempted(user: string, succeeded: boolean, now: number): void {
    if (succeeded) return void this.#failures.delete(user)
    const count = (this.#failures.get(user)?.count ?? 0) + 1
    const wait = count < FREE_FAILURES ? 0 : Math.min(2 ** (count - FREE_FAILURES), MAX_WAIT_SECONDS)
    this.#failures.set(user, { count, until: now + wait })
  }

  async close(): Promise<void> {
    for (const data of this.#pools.values()) await (await data).flush()
  }
}

function dropExpired(kept: Map<string, { readonly expires: number }>, now: number): void {
  for (const [key, { expires }] of kept) if (expires <= now) kept.delete(key)
}

export const invalidSession = () => new AwsError('NotAuthorizedException', 'Invalid session for the user.')
