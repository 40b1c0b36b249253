/** The contents of a user pool: users, keys, and sign-ins that can be refreshed. With a directory they are kept in a file. */
import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Attributes } from './attributes.ts'
import { createKeyRing, type KeyRing, loadKeyRing, rotateKeyRing, type StoredKeyRing, storeKeyRing } from './keys.ts'
import type { PasswordHash } from './passwords.ts'

/** An app client that an API call has made. It signs in as itself. */
export interface MachineClient {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly accessTokenSeconds: number
  readonly secrets: readonly ClientSecret[]
  /** Seconds since 1970. */
  readonly createdAt: number
}

export interface ClientSecret {
  readonly id: string
  /** SHA-256 of the secret. The pool's file contains no secrets. */
  readonly digest: string
  readonly createdAt: number
}

export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'EXTERNAL_PROVIDER'

/** The provider at which a federated user signs in. */
export interface Identity {
  readonly providerName: string
  readonly providerType: string
  /** The provider's subject for the user. */
  readonly userId: string
}

/** An authenticator app whose codes were verified once. */
export interface SoftwareToken {
  /** Base32. */
  readonly secret: string
  /** Whether a sign-in asks for a code of this app, in pools that leave this to the users. */
  readonly enabled: boolean
  readonly preferred: boolean
  /** The time step of the last accepted code. Each code is accepted once. */
  readonly lastStep: number
}

export interface User {
  readonly username: string
  readonly sub: string
  readonly attributes: Attributes
  readonly enabled: boolean
  readonly status: UserStatus
  readonly password?: PasswordHash
  /** When an administrator last set the password, in seconds since 1970. A temporary password expires some days after that. */
  readonly temporarySince?: number
  readonly createdAt: number
  readonly modifiedAt: number
  readonly softwareToken?: SoftwareToken
  /** Absent for the pool's own users. */
  readonly identity?: Identity
  /** A secret that was given out, and whose first code has not come yet. */
  readonly newSecret?: string
  /** Names of groups. */
  readonly groups: readonly string[]
}

/** A sign-in that a refresh token continues. */
export interface SignIn {
  /** `origin_jti` in all tokens of the sign-in. */
  readonly originJti: string
  readonly username: string
  readonly clientId: string
  /** Seconds since 1970. */
  readonly authTime: number
  readonly expires: number
  readonly revoked: boolean
  /** The scopes of a sign-in at the pool's domain; absent for a sign-in through the API. */
  readonly scopes?: readonly string[]
}

interface Stored {
  readonly version: 1
  readonly keys: StoredKeyRing
  readonly users: readonly User[]
  /** By the SHA-256 of the refresh token. The file contains no tokens. */
  readonly signIns: readonly (readonly [string, SignIn])[]
  /** Absent in files of earlier versions, which had no such clients. */
  readonly clients?: readonly MachineClient[]
}

export class PoolData {
  readonly #users: Map<string, User>
  readonly #signIns: Map<string, SignIn>
  readonly #clients: Map<string, MachineClient>
  readonly #file: string | undefined
  #keys: KeyRing
  #writing: Promise<void> = Promise.resolve()
  #dirty = false

  private constructor(keys: KeyRing, file: string | undefined, stored?: Stored) {
    this.#keys = keys
    this.#file = file
    this.#users = new Map(stored?.users.map((user) => [user.username, user]))
    this.#signIns = new Map(stored?.signIns)
    this.#clients = new Map(stored?.clients?.map((client) => [client.id, client]))
  }

  /** @param directory without one, the data is lost when the process ends */
  static async open(poolId: string, directory: string | undefined): Promise<PoolData> {
    if (directory === undefined) return new PoolData(await createKeyRing(), undefined)
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const file = path.join(directory, `${poolId}.json`)
    const stored = await readStored(file)
    if (stored) return new PoolData(loadKeyRing(stored.keys), file, stored)
    const data = new PoolData(await createKeyRing(), file)
    data.changed()
    return data
  }

  get keys(): KeyRing {
    return this.#keys
  }

  async rotateKeys(): Promise<void> {
    this.#keys = await rotateKeyRing(this.#keys)
    this.changed()
  }

  users(): readonly User[] {
    return [...this.#users.values()]
  }

  user(username: string): User | undefined {
    return this.#users.get(username)
  }

  put(user: User): void {
    this.#users.set(user.username, user)
    this.changed()
  }

  /** Changes the user's current data: what a caller read before a wait may be outdated. Returns undefined if the user no longer exists. */
  update(username: string, change: Partial<User>): User | undefined {
    const current = this.#users.get(username)
    if (!current) return undefined
    const changed = { ...current, ...change }
    this.put(changed)
    return changed
  }

  delete(username: string): void {
    this.#users.delete(username)
    for (const [key, signIn] of this.#signIns) if (signIn.username === username) this.#signIns.delete(key)
    this.changed()
  }

  clients(): readonly MachineClient[] {
    return [...this.#clients.values()]
  }

  client(id: string): MachineClient | undefined {
    return this.#clients.get(id)
  }

  putClient(client: MachineClient): void {
    this.#clients.set(client.id, client)
    this.changed()
  }

  deleteClient(id: string): void {
    this.#clients.delete(id)
    this.changed()
  }

  addSignIn(refreshToken: string, signIn: SignIn): void {
    this.#signIns.set(digest(refreshToken), signIn)
    this.changed()
  }

  signIn(refreshToken: string): SignIn | undefined {
    return this.#signIns.get(digest(refreshToken))
  }

  signInOf(originJti: string): SignIn | undefined {
    return [...this.#signIns.values()].find((signIn) => signIn.originJti === originJti)
  }

  /** Ends the sign-ins for which `which` returns true. */
  revoke(which: (signIn: SignIn) => boolean): void {
    for (const [key, signIn] of this.#signIns) if (which(signIn)) this.#signIns.set(key, { ...signIn, revoked: true })
    this.changed()
  }

  /** Deletes sign-ins that ended before `time`. */
  forgetSignIns(time: number): void {
    for (const [key, { expires }] of this.#signIns) if (expires < time) this.#signIns.delete(key)
  }

  /** Schedules a write. Changes that come during a write are written together after it. */
  changed(): void {
    if (this.#file === undefined || this.#dirty) return
    this.#dirty = true
    const file = this.#file
    this.#writing = this.#writing
      // If one write fails, for example because the disk was full for a while, the next write contains everything.
      .catch(() => undefined)
      .then(() => {
        this.#dirty = false
        return this.#write(file)
      })
    // The next `flush` reports the failure.
    this.#writing.catch(() => undefined)
  }

  /** Resolves when all changes are on disk. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async erase(): Promise<void> {
    await this.flush().catch(() => undefined)
    if (this.#file !== undefined) await rm(this.#file, { force: true })
  }

  async #write(file: string): Promise<void> {
    const stored: Stored = {
      version: 1,
      keys: storeKeyRing(this.#keys),
      users: this.users(),
      signIns: [...this.#signIns],
      clients: this.clients(),
    }
    const temporary = `${file}.${randomUUID()}`
    try {
      await writeFile(temporary, JSON.stringify(stored), { mode: 0o600 })
      await rename(temporary, file)
    } catch (cause) {
      await rm(temporary, { force: true })
      throw cause
    }
  }
}

async function readStored(file: string): Promise<Stored | undefined> {
  const json = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (json === undefined) return undefined
  await chmod(file, 0o600)
  const stored = JSON.parse(json) as Stored
  if (stored.version !== 1)
    throw new Error(
      `${file} was written by another version of the local cloud: delete it, and its users are made anew.`,
    )
  return stored
}

const digest = (token: string) => createHash('sha256').update(token).digest('base64')
