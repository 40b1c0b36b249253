/** Makes errors that name the refused field of a request. */
import { type ErrorCode, GatewayError } from '../errors.ts'

/** @param param made of known names and of indexes only, such as `messages.0.content` */
export const refuse = (param: string, message: string, code: ErrorCode = 'field_invalid'): GatewayError =>
  new GatewayError(code, `The field "${param}" ${message}`, { param })
