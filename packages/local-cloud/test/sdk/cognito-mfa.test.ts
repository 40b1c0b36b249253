/** A second factor by an authenticator app: set up, asked for and taken away, by calls and on the pages of a domain. */
import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AssociateSoftwareTokenCommand,
  GetUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  SetUserMFAPreferenceCommand,
  VerifySoftwareTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { totpCode, totpStep } from '../../src/aws/cognito/totp.ts'
import { client, fixture, idp, PASSWORD, pool, startCognito } from './cognito-fixture.ts'
import { browser, domainOf, hiddenIn, OAUTH, type Parameters, request } from './managed-login-browser.ts'
import { failure, publicService } from './services-fixture.ts'

const TOTP = { softwareTokenMfaConfiguration: { enabled: true } }
/** User names are what administrators say, so that two pools can have the same one. */
const NAMED = { usernameAttributes: [] }
const REQUIRED = 'us-east-1_Required'
const OPTIONAL = 'us-east-1_Optional'
const OFF = 'us-east-1_Without'
const ELSEWHERE = 'us-east-1_Elsewhere'

beforeAll(async () => {
  await startCognito({}, [
    pool(REQUIRED, { mfaConfiguration: 'ON', ...TOTP, ...NAMED }),
    client('required', { userPoolId: REQUIRED, ...OAUTH }),
    pool(OPTIONAL, { mfaConfiguration: 'OPTIONAL', ...TOTP }),
    client('optional', { userPoolId: OPTIONAL }),
    pool(ELSEWHERE, { mfaConfiguration: 'ON', ...TOTP, ...NAMED }),
    client('elsewhere', { userPoolId: ELSEWHERE }),
    pool(OFF),
    client('without', { userPoolId: OFF }),
    domainOf(REQUIRED),
  ])
  fixture.lookUp = (_from, host) => publicService(host.endsWith('amazoncognito.com') ? 'cognito-idp' : host)
})
afterAll(() => fixture.close())
beforeEach(() => {
  fixture.at = Math.floor(Date.now() / 1000)
})

let people = 0
async function person(UserPoolId: string, Username = `person${++people}@example.com`): Promise<string> {
  await idp.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: 'SUPPRESS' }))
  await idp.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent: true }))
  return Username
}

const signIn = (USERNAME: string, ClientId: string) =>
  idp.send(
    new InitiateAuthCommand({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME, PASSWORD },
    }),
  )
const respond = (
  ClientId: string,
  ChallengeName: 'SOFTWARE_TOKEN_MFA' | 'MFA_SETUP',
  Session: string | undefined,
  ChallengeResponses: Record<string, string>,
) => idp.send(new RespondToAuthChallengeCommand({ ClientId, ChallengeName, Session, ChallengeResponses }))

/** What the app shows now. */
const shown = (secret = '') => totpCode(secret, totpStep(fixture.at ?? Number.NaN))
const later = (seconds: number) => {
  fixture.at = (fixture.at ?? Number.NaN) + seconds
}
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

/** Sets an app up in the session of a sign-in. @returns its secret, and the session that goes on */
async function setUp(session: string | undefined) {
  const { SecretCode, Session } = await idp.send(new AssociateSoftwareTokenCommand({ Session: session }))
  const verified = await idp.send(new VerifySoftwareTokenCommand({ Session, UserCode: shown(SecretCode) }))
  expect(verified.Status).toBe('SUCCESS')
  return { secret: SecretCode, session: verified.Session }
}

describe('where everybody must have a second factor', () => {
  it('nobody gets a token before an app is set up, and then none without its code', async () => {
    const email = await person(REQUIRED)
    const first = await signIn(email, 'required')
    expect(first).toMatchObject({
      ChallengeName: 'MFA_SETUP',
      ChallengeParameters: { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' },
    })
    expect(first.AuthenticationResult).toBeUndefined()
    // Neither the session alone nor a secret without its first code is enough.
    const early = respond('required', 'MFA_SETUP', first.Session, { USERNAME: email })
    expect((await failure(early)).name).toBe('InvalidParameterException')
    const { secret, session } = await setUp(first.Session)
    const { AuthenticationResult } = await respond('required', 'MFA_SETUP', session, { USERNAME: email })
    expect(AuthenticationResult?.IdToken).toBeDefined()
    expect((await failure(respond('required', 'MFA_SETUP', session, { USERNAME: email }))).name).toBe(
      'NotAuthorizedException',
    )

    later(60)
    const second = await signIn(email, 'required')
    expect(second).toMatchObject({ ChallengeName: 'SOFTWARE_TOKEN_MFA' })
    const code = (given: string) =>
      respond('required', 'SOFTWARE_TOKEN_MFA', second.Session, { USERNAME: email, SOFTWARE_TOKEN_MFA_CODE: given })
    expect((await failure(code(wrong(shown(secret))))).name).toBe('CodeMismatchException')
    // The session takes a right code still, and once.
    await expect(code(shown(secret))).resolves.toHaveProperty('AuthenticationResult.IdToken')
    expect((await failure(code(shown(secret)))).message).toBe('Invalid session for the user.')
  })

  it('a code is taken once, from whichever sign-in', async () => {
    const email = await person(REQUIRED)
    const { Session } = await signIn(email, 'required')
    const { secret } = await setUp(Session)
    const code = shown(secret)
    const seen = await signIn(email, 'required')
    const again = respond('required', 'SOFTWARE_TOKEN_MFA', seen.Session, {
      USERNAME: email,
      SOFTWARE_TOKEN_MFA_CODE: code,
    })
    expect(await failure(again)).toMatchObject({ name: 'ExpiredCodeException' })
  })

  it("a session is its user's, its client's and its challenge's", async () => {
    const [email, other] = [await person(REQUIRED), await person(REQUIRED)]
    const { secret } = await setUp((await signIn(email, 'required')).Session)
    await setUp((await signIn(other, 'required')).Session)
    later(60)
    const { Session } = await signIn(email, 'required')
    const answers = { SOFTWARE_TOKEN_MFA_CODE: shown(secret) }
    const theirs = respond('required', 'SOFTWARE_TOKEN_MFA', Session, { ...answers, USERNAME: other })
    expect((await failure(theirs)).name).toBe('NotAuthorizedException')
    const elsewhere = respond('optional', 'SOFTWARE_TOKEN_MFA', Session, { ...answers, USERNAME: email })
    expect((await failure(elsewhere)).name).toBe('NotAuthorizedException')
    // A user with an app sets up no other one with the password alone.
    expect((await failure(idp.send(new AssociateSoftwareTokenCommand({ Session })))).name).toBe(
      'NotAuthorizedException',
    )
    later(181)
    const late = respond('required', 'SOFTWARE_TOKEN_MFA', Session, { USERNAME: email, ...answers })
    expect((await failure(late)).message).toMatch(/session is expired/)
  })

  it('a guesser of codes must wait', async () => {
    const email = await person(REQUIRED)
    const { secret } = await setUp((await signIn(email, 'required')).Session)
    later(60)
    const { Session } = await signIn(email, 'required')
    const give = (code: string) =>
      respond('required', 'SOFTWARE_TOKEN_MFA', Session, { USERNAME: email, SOFTWARE_TOKEN_MFA_CODE: code })
    for (let attempt = 0; attempt < 5; attempt += 1) await failure(give(wrong(shown(secret))))
    expect((await failure(give(shown(secret)))).message).toMatch(/attempts exceeded/)
    later(2)
    await expect(give(shown(secret))).resolves.toHaveProperty('AuthenticationResult')
  })

  it('an administrator cannot take the factor away, and is told so by the user’s settings alone', async () => {
    const email = await person(REQUIRED)
    await setUp((await signIn(email, 'required')).Session)
    const SoftwareTokenMfaSettings = { Enabled: false, PreferredMfa: false }
    const user = { UserPoolId: REQUIRED, Username: email }
    await idp.send(new AdminSetUserMFAPreferenceCommand({ ...user, SoftwareTokenMfaSettings }))
    const { UserMFASettingList } = await idp.send(new AdminGetUserCommand(user))
    expect(UserMFASettingList).toEqual(['SOFTWARE_TOKEN_MFA'])
    later(60)
    expect((await signIn(email, 'required')).ChallengeName).toBe('SOFTWARE_TOKEN_MFA')
  })
})

describe('where users choose', () => {
  it('the password is enough until a user turns the code on, and again once it is turned off', async () => {
    const email = await person(OPTIONAL)
    const { AuthenticationResult: { AccessToken } = {} } = await signIn(email, 'optional')
    const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true }
    const prefer = new SetUserMFAPreferenceCommand({ AccessToken, SoftwareTokenMfaSettings })
    expect((await failure(idp.send(prefer))).message).toBe('User has not verified software token mfa')
    const { SecretCode = '' } = await idp.send(new AssociateSoftwareTokenCommand({ AccessToken }))
    const verify = (UserCode: string) => idp.send(new VerifySoftwareTokenCommand({ AccessToken, UserCode }))
    expect(await failure(verify(wrong(shown(SecretCode))))).toMatchObject({
      name: 'EnableSoftwareTokenMFAException',
      message: 'Code mismatch',
    })
    await verify(shown(SecretCode))
    expect((await signIn(email, 'optional')).ChallengeName).toBeUndefined()
    await idp.send(prefer)
    expect(await idp.send(new GetUserCommand({ AccessToken }))).toMatchObject({
      UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
      PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
    })
    expect((await signIn(email, 'optional')).ChallengeName).toBe('SOFTWARE_TOKEN_MFA')

    const off = { SoftwareTokenMfaSettings: { Enabled: false, PreferredMfa: false } }
    await idp.send(new AdminSetUserMFAPreferenceCommand({ UserPoolId: OPTIONAL, Username: email, ...off }))
    expect((await signIn(email, 'optional')).AuthenticationResult?.IdToken).toBeDefined()
  })
})

it('a pool without a second factor gives nobody a secret', async () => {
  const email = await person(OFF)
  const { AuthenticationResult: { AccessToken } = {} } = await signIn(email, 'without')
  expect(await failure(idp.send(new AssociateSoftwareTokenCommand({ AccessToken })))).toMatchObject({
    name: 'SoftwareTokenMFANotFoundException',
    message: 'Software Token MFA has not been enabled by the userPool.',
  })
})

describe('on the pages of a domain', () => {
  /** @returns what fills the form of the page that is shown */
  const form = (body: string, more: Parameters) => ({
    _csrf: hiddenIn(body, '_csrf'),
    session: hiddenIn(body, 'session'),
    ...more,
  })

  async function byPassword(email: string) {
    const there = browser()
    const at = `/login?${request({ client_id: 'required' })}`
    const { body } = await there.get(at)
    const page = await there.post(at, { _csrf: hiddenIn(body, '_csrf'), username: email, password: PASSWORD })
    const answer = (html: string, more: Parameters) => there.post(at, form(html, more))
    return { page, answer, there, at }
  }

  it('an app is set up at the first sign-in, and its code asked for at the next', async () => {
    const email = await person(REQUIRED)
    const first = await byPassword(email)
    expect(first.page.status).toBe(200)
    const secret = /: ([A-Z2-7]{32})</.exec(first.page.body)?.[1] ?? ''
    const mistaken = await first.answer(first.page.body, { code: wrong(shown(secret)) })
    expect(mistaken.status).toBe(400)
    // The key is the same: the app has it already.
    expect(mistaken.body).toContain(secret)
    expect((await first.answer(mistaken.body, { code: shown(secret) })).location).toMatch(/\?code=[^&]+/)

    later(60)
    const second = await byPassword(email)
    expect(second.page.body).toContain('Enter a code')
    expect(second.page.body).not.toContain(secret)
    const again = await second.answer(second.page.body, { code: wrong(shown(secret)) })
    expect(again.body).toContain('Invalid code')
    expect((await second.answer(again.body, { code: shown(secret) })).location).toMatch(/\?code=[^&]+/)
  })

  it('a session of another pool sets up no app for the user of the same name', async () => {
    const email = await person(ELSEWHERE, await person(REQUIRED))
    const { Session: first } = await signIn(email, 'elsewhere')
    const { SecretCode, Session } = await idp.send(new AssociateSoftwareTokenCommand({ Session: first }))
    const { page, answer } = await byPassword(email)
    const refused = await answer(page.body, { session: Session, code: shown(SecretCode) })
    expect(refused).toMatchObject({ status: 400, location: '' })
    const user = await idp.send(new AdminGetUserCommand({ UserPoolId: REQUIRED, Username: email }))
    expect(user.UserMFASettingList).toBeUndefined()
  })

  it('no challenge is passed by the answer to another', async () => {
    const email = await person(REQUIRED)
    const { secret } = await setUp((await signIn(email, 'required')).Session)
    later(60)
    const { page, answer } = await byPassword(email)
    let { body } = page
    for (const given of [{ new_password: PASSWORD }, { username: email, password: PASSWORD }, {}]) {
      const refused = await answer(body, given)
      expect(refused).toMatchObject({ status: 400, location: '' })
      body = refused.body
    }
    const nobodys = await answer(body, { session: 'nobodys', code: shown(secret) })
    expect(nobodys).toMatchObject({ location: '' })
    // The sign-in itself is as it was: the form of this page has the session, the cookie of the last one its token.
    const _csrf = hiddenIn(nobodys.body, '_csrf')
    expect((await answer(body, { _csrf, code: shown(secret) })).location).toMatch(/\?code=/)
  })
})
