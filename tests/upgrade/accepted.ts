/** What an upgrade replaces or deletes all the same, by the version that is left. */
export interface Accepted {
  /** Of a loss, as upgrade.ts tells it. */
  readonly of: RegExp
  /** What CHANGELOG.md says of it, under "Upgrade". */
  readonly said: string
}

export const ACCEPTED: Readonly<Record<string, readonly Accepted[]>> = {}
