/** Security Token Service, on its regional endpoints and on the global one. */
import { UnsupportedError } from '../../errors.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import { answer, authenticate } from '../../wire/protocol/protocol.ts'
import type { Service, Surroundings } from '../../wire/service.ts'
import { STS, type StsOperation } from './operation.ts'
import * as operations from './operations.ts'
import { createFindRole } from './role.ts'

const OPERATIONS: Readonly<Record<string, StsOperation>> = operations

export function createSts(surroundings: Surroundings, credentials: CredentialStore): Service {
  const findRole = createFindRole(surroundings)
  return {
    name: 'sts',
    handle(request) {
      let operation = 'unknown'
      return answer(
        STS,
        () => operation,
        async (requestId, known) => {
          const input = STS.input(request)
          operation = input.operation
          const run = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined
          if (!run) throw new UnsupportedError(`sts:${operation}`)
          const caller = authenticate(request, 'sts', { now: surroundings.now, credentials, format: STS })
          known.session = caller.session
          const result = await run({
            surroundings,
            credentials,
            findRole,
            request,
            caller,
            parameters: input.parameters,
          })
          return STS.respond(operation, result, requestId)
        },
      )
    },
  }
}
