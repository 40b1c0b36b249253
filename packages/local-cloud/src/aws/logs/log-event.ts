/** An event of a log group. */

export interface NewEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly message: string
}

export interface StoredEvent extends NewEvent {
  /** Digits, unique in its group. */
  readonly id: string
  readonly stream: string
  readonly ingestionTime: number
}
