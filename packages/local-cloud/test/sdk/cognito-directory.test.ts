import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AdminCreateUserCommand, AdminSetUserPasswordCommand } from '@aws-sdk/client-cognito-identity-provider'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ClientId,
  client,
  cognito,
  fixture,
  idp,
  keySet,
  PASSWORD,
  pool,
  refresh,
  signIn,
  startCognito,
  tokensOf,
  UserPoolId,
} from './cognito-fixture.ts'
import { REMOTE } from './services-fixture.ts'

describe.skipIf(REMOTE)('Cognito in a directory', () => {
  const Username = 'kept@example.com'
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'cognito-'))
    await start()
    await idp.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }))
    await idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent: true }))
  })
  afterEach(async () => {
    await fixture.close()
    await rm(directory, { recursive: true })
  })
  const start = () => startCognito({ directory }, [pool(UserPoolId), client(ClientId)])
  const fileOf = () => path.join(directory, `${UserPoolId}.json`)

  it('finds users, keys and sign-ins again', async () => {
    const { RefreshToken, IdToken } = await tokensOf(Username)
    await cognito.close()
    await fixture.close()
    await start()
    await jwtVerify(IdToken, createLocalJWKSet(await keySet()))
    await expect(refresh(RefreshToken)).resolves.toHaveProperty('AuthenticationResult')
    await expect(signIn(Username)).resolves.toHaveProperty('AuthenticationResult')
    await cognito.close()
  })

  it('lets nobody else read it, and holds neither a password nor a token', async () => {
    const { RefreshToken } = await tokensOf(Username)
    await cognito.close()
    expect(await readdir(directory)).toEqual([`${UserPoolId}.json`])
    expect((await stat(fileOf())).mode & 0o777).toBe(0o600)
    const content = await readFile(fileOf(), 'utf8')
    expect(content).toContain(Username)
    expect(content).not.toContain(PASSWORD)
    expect(content).not.toContain(RefreshToken)
  })

  it('forgets a pool that is deleted', async () => {
    for (const { urn } of fixture.ledger.all('aws:cognito/userPool:UserPool')) await fixture.ledger.delete(urn)
    expect(await readdir(directory)).toEqual([])
  })

  it('says what to do about a file of another version', async () => {
    await cognito.close()
    await fixture.close()
    await writeFile(fileOf(), JSON.stringify({ version: 2 }))
    await start()
    await expect(cognito.keySet(UserPoolId)).rejects.toThrow(/another version.*delete it/)
  })
})
