/** A refusal in AWS's own words: the code that the service answers, and its message. */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  readonly code: string
  /** The HTTP status of the answer. */
  readonly status: number
  /** Members of the exception besides its message. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.fields = fields
  }
}

/** The local cloud lacks what it was asked for. The error names it; nothing unknown is accepted silently. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError'
  constructor(what: string) {
    super(`The local cloud does not support ${what}. Add it as described in CONTRIBUTING.md, or leave it out.`)
  }
}
