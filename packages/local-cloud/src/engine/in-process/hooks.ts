/**
 * Resource hooks of a program. Hooks that run before a creation may refuse it. Hooks that run after an update only delay the steps of a
 * deployment; since a deployment is one step here, they are not run.
 */

import resourceMessages, {
  type RegisterResourceHookRequest,
  type RegisterResourceRequest,
} from '@pulumi/pulumi/proto/resource_pb.js'
import { getCallbacks } from '@pulumi/pulumi/runtime/settings.js'
import { UnsupportedError } from '../../errors.ts'

/** The runtime's object with the functions that an engine calls back over gRPC. Here they are called directly. */
interface CallbackServer {
  readonly _callbacks: ReadonlyMap<string, (request: Uint8Array) => Promise<{ getError(): string }>>
}

export class Hooks {
  readonly #tokens = new Map<string, string>()

  add(request: RegisterResourceHookRequest): void {
    this.#tokens.set(request.getName(), request.getCallback()?.getToken() ?? '')
  }

  /** @throws UnsupportedError for hooks other than beforeCreate and afterUpdate. */
  refuseOthers(request: RegisterResourceRequest): void {
    const hooks = request.getHooks()
    const others = [
      ...(hooks?.getAfterCreateList() ?? []),
      ...(hooks?.getBeforeUpdateList() ?? []),
      ...(hooks?.getBeforeDeleteList() ?? []),
      ...(hooks?.getAfterDeleteList() ?? []),
    ]
    if (others.length > 0)
      throw new UnsupportedError(`other hooks than beforeCreate and afterUpdate (on ${request.getName()})`)
  }

  /** @throws Error with the message of the hook that refuses. */
  async runBeforeCreate(request: RegisterResourceRequest, urn: string): Promise<void> {
    for (const name of request.getHooks()?.getBeforeCreateList() ?? []) {
      const message = new resourceMessages.ResourceHookRequest()
      message.setUrn(urn)
      message.setName(request.getName())
      message.setType(request.getType())
      message.setNewInputs(request.getObject())
      const server = getCallbacks() as CallbackServer | undefined
      const callback = server?._callbacks.get(this.#tokens.get(name) ?? '')
      if (!callback) throw new Error(`the hook ${name} was not registered`)
      const error = (await callback(message.serializeBinary())).getError()
      if (error !== '') throw new Error(error)
    }
  }
}
