/** The gateway of a platform in this process, as the doctor calls it with a user's token. */
import { type Gateway, groupsOf } from '../../cli/doctor/deployed/gateway.ts'
import type { Platform } from '../../proof/harness/platform.ts'

export const calling =
  (platform: Pick<Platform, 'call'>, tenantId: string) =>
  (token: string): Gateway => ({
    tenantId,
    groups: groupsOf(token),
    async call(path, { token: sent, body, headers } = {}) {
      const answer = await platform.call({
        method: body === undefined ? 'GET' : 'POST',
        path,
        ...(headers && { headers }),
        ...(sent !== 'none' && { token }),
        ...(body !== undefined && { body }),
      })
      const header = (name: string) => {
        const value = answer.headers[name]
        return typeof value === 'string' ? value : undefined
      }
      return {
        status: answer.status,
        requestId: header('x-request-id'),
        code: header('x-error-code'),
        allowOrigin: header('access-control-allow-origin'),
        body: answer.body,
      }
    },
  })
