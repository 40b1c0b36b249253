/** Refusals of a request that name the field. */
import { type ErrorCode, GatewayError } from '../errors.ts'

/** @param param built of known names and indexes only, such as `messages.0.content`. */
export const refuse = (param: string, message: string, code: ErrorCode = 'field_invalid'): GatewayError =>
  new GatewayError(code, `The field "${param}" ${message}`, { param })
