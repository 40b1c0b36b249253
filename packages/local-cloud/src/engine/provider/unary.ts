/** Turns gRPC's callbacks into functions that return or throw. */
import type { handleUnaryCall, ServerUnaryCall, ServiceError, sendUnaryData } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import { serviceError } from './errors.ts'

export interface Caller {
  readonly peer: string
  /** Aborted when the engine has hung up. */
  readonly hungUp: AbortSignal
}

export function unary<Request, Response>(
  answer: (request: Request, caller: Caller) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    const hungUp = new AbortController()
    call.on('cancelled', () => hungUp.abort())
    const caller: Caller = { peer: call.getPeer(), hungUp: hungUp.signal }
    Promise.resolve()
      .then(() => answer(call.request, caller))
      .then(
        (response) => callback(null, response),
        (cause: unknown) => callback(serviceError(cause) as ServiceError),
      )
  }
}

/** Answers, as gRPC does, that this method is not supported. */
export const unimplemented =
  <Request, Response>(method: string): handleUnaryCall<Request, Response> =>
  (_call, callback) =>
    callback({ code: status.UNIMPLEMENTED, details: `${method} is not implemented` } as ServiceError)
