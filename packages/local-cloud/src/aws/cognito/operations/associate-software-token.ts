/** Gives out a secret for an authenticator app, to a user who is signed in or who must set up an app to sign in. */
import { required, secret, structure } from '../../../wire/protocol/shape.ts'
import { ACCESS_TOKEN, byTokenOrSession, forSession, forUser } from '../operation.ts'
import { newSecretOf, startSetUp } from '../second-factor.ts'

export const associateSoftwareToken = byTokenOrSession(
  forUser(structure({ AccessToken: ACCESS_TOKEN }), async ({ pool, data, user }) => {
    const newSecret = newSecretOf(pool.mfa)
    data.update(user.username, { newSecret })
    return { SecretCode: newSecret }
  }),
  forSession(structure({ Session: required(secret({ max: 2048 })) }), async (call) => {
    const { secret: SecretCode, session: Session } = startSetUp(call, call.input.Session)
    return { SecretCode, Session }
  }),
)
