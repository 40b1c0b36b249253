/** What a pool holds: its users, its keys and the sign-ins that can be refreshed; kept in a file when there is a directory. */
import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Attributes } from './attributes.ts'
import { createKeyRing, type KeyRing, loadKeyRing, rotateKeyRing, type StoredKeyRing, storeKeyRing } from './keys.ts'
import type { PasswordHash } from './passwords.ts'

/** An app client that a call has made: it signs in as itself. */
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
  /** SHA-256 of the secret: the pool's file gives nobody a secret. */
  readonly digest: string
  readonly createdAt: number
}

export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'EXTERNAL_PROVIDER'

/** Where a federated user signs in. */
export interface Identity {
  readonly providerName: string
  readonly providerType: string
  /** The subject there. */
  readonly userId: string
}

/** An authenticator app whose codes were verified once. */
export interface SoftwareToken {
  /** Base32. */
  readonly secret: string
  /** Whether a sign-in asks for a code of it, where the pool leaves that to its users. */
  readonly enabled: boolean
  readonly preferred: boolean
  /** The step of the last code that was taken: no code is taken twice. */
  readonly lastStep: number
}

export interface User {
  readonly username: string
  readonly sub: string
  readonly attributes: Attributes
  readonly enabled: boolean
  readonly status: UserStatus
  readonly password?: PasswordHash
  /** When the password was last set by an administrator: what a temporary one's days count from. Seconds since 1970. */
  readonly temporarySince?: number
  readonly createdAt: number
  readonly modifiedAt: number
  readonly softwareToken?: SoftwareToken
  /** Absent for the pool's own users. */
  readonly identity?: Identity
  /** A secret that was given out and waits for its first code. */
  readonly newSecret?: string
  /** Names of groups. */
  readonly groups: readonly string[]
}

/** A sign-in that a refresh token continues. */
export interface SignIn {
  /** `origin_jti` of all its tokens. */
  readonly originJti: string
  readonly username: string
  readonly clientId: string
  /** Seconds since 1970. */
  readonly authTime: number
  readonly expires: number
  readonly revoked: boolean
  /** Of a sign-in at the pool's domain; absent for one by calls. */
  readonly scopes?: readonly string[]
}

interface Stored {
  readonly version: 1
  readonly keys: StoredKeyRing
  readonly users: readonly User[]
  /** By the SHA-256 of the refresh token: the file gives nobody a token. */
  readonly signIns: readonly (readonly [string, SignIn])[]
  /** Absent in files of before there were any. */
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

  /** @param directory without one, everything is forgotten with the process */
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

  /** Changes the user as they are now: what was read before a wait may be old. Answers nothing for a user who is gone. */
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

  /** Ends the sign-ins that `which` picks. */
  revoke(which: (signIn: SignIn) => boolean): void {
    for (const [key, signIn] of this.#signIns) if (which(signIn)) this.#signIns.set(key, { ...signIn, revoked: true })
    this.changed()
  }

  /** Forgets sign-ins that ended before `time`. */
  forgetSignIns(time: number): void {
    for (const [key, { expires }] of this.#signIns) if (expires < time) this.#signIns.delete(key)
  }

  /** Writes soon; changes that come while a write is under way are written together after it. */
  changed(): void {
    if (this.#file === undefined || this.#dirty) return
    this.#dirty = true
    const file = this.#file
    this.#writing = this.#writing
      // One write that failed, on a disk that was full for a while, is not the end: the next one has all of it.
      .catch(() => undefined)
      .then(() => {
        this.#dirty = false
        return this.#write(file)
      })
    // Reported by the next flush.
    this.#writing.catch(() => undefined)
  }

  /** All changes are on disk. */
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
