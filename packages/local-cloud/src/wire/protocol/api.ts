/** A service with read-only operations. Each operation is a function; everything around them is the same for all services. */
import { UnsupportedError } from '../../errors.ts'
import type { Session } from '../../iam/authorize.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import type { Service, Surroundings, WireRequest, WireResponse } from '../service.ts'
import { jsonProtocol } from './json.ts'
import { answer, authenticate, type ErrorFormat, type Permission, permit } from './protocol.ts'
import { queryProtocol, type XmlValue } from './query.ts'

/** The format of a service's requests and answers. */
export interface ApiProtocol<Output> extends ErrorFormat {
  readonly read: (request: WireRequest) => { readonly operation: string; readonly input: unknown }
  readonly respond: (operation: string, output: Output, requestId: string) => WireResponse
}

export interface ApiCall extends Surroundings {
  readonly session: Session
  /** The account of the caller. */
  readonly account: string
  readonly region: string
  /** Not checked yet. */
  readonly input: unknown
  /**
   * Throws the service's refusal unless all policies allow the call.
   * @param resource an ARN.
   * @default `*`
   */
  readonly permit: (action: string, resource?: string, context?: Permission['context']) => Promise<void>
}

export type ApiOperation<Output> = (call: ApiCall) => Promise<Output>

export interface Api<Output> {
  /** As `serviceOf` returns it: the first label of the host name. */
  readonly name: string
  /** @default the service's name */
  readonly signingName?: string
  readonly protocol: ApiProtocol<Output>
  readonly operations: Readonly<Record<string, ApiOperation<Output>>>
}

export function createApi<Output>(
  { name, signingName = name, protocol, operations }: Api<Output>,
  surroundings: Surroundings,
  credentials: CredentialStore,
): Service {
  return {
    name,
    handle(request) {
      let operation = 'unknown'
      return answer(
        protocol,
        () => operation,
        async (requestId, known) => {
          const asked = protocol.read(request)
          operation = asked.operation
          const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined
          if (!run) throw new UnsupportedError(`${signingName}:${operation}`)
          const { now } = surroundings
          const { session } = authenticate(request, signingName, { now, credentials, format: protocol })
          known.session = session
          const { account } = session
          const output = await run({
            ...surroundings,
            session,
            account,
            region: request.region,
            input: asked.input,
            permit: (action, resource = '*', context = {}) =>
              permit(surroundings, request, protocol, { action, resource, resourceAccount: account, session, context }),
          })
          return protocol.respond(operation, output, requestId)
        },
      )
    },
  }
}

/** The JSON protocol, with the operation's name in `x-amz-target`. */
export function jsonApi(target: string, version: '1.0' | '1.1' = '1.1'): ApiProtocol<object> {
  const json = jsonProtocol({ version, target })
  return {
    ...json,
    read: (request) => ({ operation: json.operationOf(request), input: json.input(request) }),
    respond: (_, output, requestId) => json.respond(output, requestId),
  }
}

/** The query protocol. */
export function queryApi(version: string, namespace: string): ApiProtocol<XmlValue> {
  const query = queryProtocol({ version, namespace })
  return {
    ...query,
    read(request) {
      const { operation, parameters } = query.input(request)
      return { operation, input: parameters }
    },
  }
}
