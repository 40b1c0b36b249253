/** Amazon Cognito user pools, made from the declared resources. */
import { UnsupportedError } from '../../errors.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import type { Effect } from '../../ledger/ledger.ts'
import { answer } from '../../wire/protocol/protocol.ts'
import type { Service, Surroundings } from '../../wire/service.ts'
import { type KeySet, keySet } from './keys.ts'
import { domainOf, poolDomain } from './managed-login/domain.ts'
import { COGNITO, type CognitoOperation } from './operation.ts'
import * as operations from './operations.ts'
import { type CognitoOptions, CognitoState } from './state.ts'
import { sign } from './tokens.ts'
import { wellKnown } from './well-known.ts'

export type { CognitoOptions, Message } from './state.ts'

const OPERATIONS: Readonly<Record<string, CognitoOperation>> = operations

export interface Cognito extends Service {
  /** An effect to register with the ledger: deleting a group removes its members, deleting a pool its users. */
  readonly effect: Effect
  /** The key set of a pool. It also works while a pool is being deployed and not yet in the ledger: its keys are then made. */
  keySet(poolId: string): Promise<KeySet>
  /** Signs with new keys from now on. Earlier tokens stay valid, as after a rotation on AWS. */
  rotateKeys(poolId: string): Promise<void>
  /** Makes a token that the pool never issued, signed with the pool's key for ID tokens. With it, tests show that other checks refuse it. */
  sign(poolId: string, claims: Readonly<Record<string, unknown>>): Promise<string>
  /** Resolves when everything is on disk. */
  close(): Promise<void>
}

export function createCognito(
  surroundings: Surroundings,
  credentials: CredentialStore,
  options: CognitoOptions = {},
): Cognito {
  const state = new CognitoState(options)
  return {
    name: 'cognito-idp',
    effect: (change) => state.follow(change),
    keySet: async (poolId) => keySet((await state.pool(poolId)).keys),
    rotateKeys: async (poolId) => (await state.pool(poolId)).rotateKeys(),
    sign: async (poolId, claims) => sign((await state.pool(poolId)).keys.id, claims),
    close: () => state.close(),
    handle(request) {
      let operation = 'unknown'
      return answer(
        COGNITO,
        () => operation,
        async (requestId, caller) => {
          if (domainOf(request.host)) {
            operation = `${request.method} ${request.target.split('?', 1)[0]}`
            return poolDomain(request, { surroundings, state })
          }
          if (request.method === 'GET') {
            operation = request.target.slice(request.target.lastIndexOf('/') + 1)
            return wellKnown({ surroundings, request, state })
          }
          operation = COGNITO.operationOf(request)
          const run = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined
          if (!run) throw new UnsupportedError(`cognito-idp:${operation}`)
          const parameters = COGNITO.input(request)
          const output = await run({ operation, surroundings, credentials, state, request, parameters, caller })
          return COGNITO.respond(output, requestId)
        },
      )
    },
  }
}
