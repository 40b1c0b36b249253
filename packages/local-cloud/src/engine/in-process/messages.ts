/** Messages of a running program (`pulumi.log`). Without an engine the Pulumi runtime would print them; here they are passed to a callback. */
import engine from '@pulumi/pulumi/proto/engine_pb.js'
import * as state from '@pulumi/pulumi/runtime/state.js'

export interface Message {
  readonly severity: 'info' | 'warning' | 'error'
  readonly text: string
}

/** The part of the engine's client that the runtime calls without a CLI. It is not in the package's types. */
interface Engine {
  log(request: { getSeverity(): number; getMessage(): string }, done: () => void): void
  setRootResource(request: unknown, done: () => void): void
  requirePulumiVersion(request: unknown, done: () => void): void
}

const { getStore } = state as unknown as { getStore(): { readonly settings: { engine?: Engine } } }

// A CommonJS module whose exports Node cannot find out statically.
const { LogSeverity } = engine

const SEVERITIES: Readonly<Record<number, Message['severity']>> = {
  [LogSeverity.INFO]: 'info',
  [LogSeverity.WARNING]: 'warning',
  [LogSeverity.ERROR]: 'error',
}

/** Prints warnings and errors on standard error. Other messages are dropped, unless the caller asks for them. */
export function tellTrouble({ severity, text }: Message): void {
  if (severity !== 'info') console.error(`${severity}: ${text}`)
}

/** Applies to the run whose store is current, after the runtime's options were set. */
export function sendMessagesTo(receive: (message: Message) => void): void {
  getStore().settings.engine = {
    log(request, done) {
      const severity = SEVERITIES[request.getSeverity()]
      if (severity) receive({ severity, text: request.getMessage() })
      done()
    },
    setRootResource: (_, done) => done(),
    requirePulumiVersion: (_, done) => done(),
  }
}
