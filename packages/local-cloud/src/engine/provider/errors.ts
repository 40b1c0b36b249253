/** Errors in gRPC's form. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import statusMessages from '@pulumi/pulumi/proto/status_pb.js'
import any from 'google-protobuf/google/protobuf/any_pb.js'
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import { sent } from './values.ts'

export class CancelledError extends Error {
  override readonly name = 'CancelledError'
  constructor() {
    super('context canceled')
  }
}

/** AWS made the resource but refused a later step, so the resource exists and must be in the state. */
export class PartialFailure extends Error {
  override readonly name = 'PartialFailure'
  readonly id: string
  /** In the engine's form, with secrets wrapped. */
  readonly outputs: Properties
  readonly inputs: Properties

  constructor(cause: unknown, id: string, outputs: Properties, inputs: Properties) {
    super(refusalText(cause), { cause })
    this.id = id
    this.outputs = outputs
    this.inputs = inputs
  }
}

/** `CODE: message` for a refusal by AWS; only the message for any other error. */
export function refusalText(cause: unknown): string {
  if (cause instanceof AwsError) return `${cause.code}: ${cause.message}`
  return cause instanceof Error ? cause.message : String(cause)
}

export function serviceError(cause: unknown): Partial<ServiceError> {
  if (cause instanceof PartialFailure) return partial(cause)
  if (cause instanceof CancelledError) return { code: status.CANCELLED, details: cause.message }
  // INTERNAL marks a defect of the local cloud, so that it is not taken for AWS's answer.
  const refused = cause instanceof AwsError || cause instanceof UnsupportedError
  return { code: refused ? status.FAILED_PRECONDITION : status.INTERNAL, details: refusalText(cause) }
}

function partial({ id, message, inputs, outputs }: PartialFailure): Partial<ServiceError> {
  const failure = new messages.ErrorResourceInitFailed()
  failure.setId(id)
  failure.setProperties(sent(outputs))
  failure.setInputs(sent(inputs))
  failure.setReasonsList([message])
  const detail = new any.Any()
  detail.pack(failure.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed')
  const report = new statusMessages.Status()
  report.setCode(status.UNKNOWN)
  report.setMessage(message)
  report.addDetails(detail)
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(report.serializeBinary()))
  return { code: status.UNKNOWN, details: message, metadata }
}
