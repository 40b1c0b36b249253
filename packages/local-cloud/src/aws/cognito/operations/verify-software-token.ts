/** Verifies the first code of an authenticator app, which from then on is the user's second factor. */
import { required, secret, structure, text } from '../../../wire/protocol/shape.ts'
import { ACCESS_TOKEN, byTokenOrSession, forSession, forUser } from '../operation.ts'
import { verifiedApp, verifySetUp } from '../second-factor.ts'

const CODE = {
  UserCode: required(text({ min: 6, max: 6, pattern: /^[0-9]+$/ })),
  FriendlyDeviceName: text({ max: 131_072 }),
}

export const verifySoftwareToken = byTokenOrSession(
  forUser(structure({ AccessToken: ACCESS_TOKEN, ...CODE }), async ({ input, data, user, now }) => {
    verifiedApp(data, user, { secret: user.newSecret, code: input.UserCode, now, enabled: false })
    return { Status: 'SUCCESS' }
  }),
  forSession(structure({ Session: required(secret({ max: 2048 })), ...CODE }), async (call) => {
    const { Session, UserCode } = call.input
    return { Status: 'SUCCESS', Session: verifySetUp(call, Session, UserCode) }
  }),
)
