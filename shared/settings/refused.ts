/** A value that a setting does not accept. */
export class Refused extends Error {
  override readonly name = 'Refused'
  /** The place in a list or a map: `[1]`, `["fast"]`; empty for the whole value. */
  readonly at: string
  /** The value that was certainly meant, if there is one. */
  readonly meant: string | undefined

  constructor(message: string, { at = '', meant }: { readonly at?: string; readonly meant?: string | undefined } = {}) {
    super(message)
    this.at = at
    this.meant = meant
  }

  /** The same, for an entry of a list or a map. */
  static at(at: string, error: unknown): Refused {
    const message = error instanceof Error ? error.message : String(error)
    return new Refused(message, { at, meant: error instanceof Refused ? error.meant : undefined })
  }
}
