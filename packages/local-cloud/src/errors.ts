/** A refusal in AWS's own words: the code that the service answers, and its message. */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  readonly code: string
  /** HTTP status of the answer on the wire. */
  readonly status: number
  /** What the exception says besides its message, where it does. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.fields = fields
  }
}

/** The stand-in was asked for something that it does not have. Names it; never silently accepted. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError'
  constructor(what: string) {
    super(`The local cloud does not support ${what}. Add it as described in CONTRIBUTING.md, or leave it out.`)
  }
}
