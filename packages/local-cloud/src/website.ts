/** The answers of an internet host that is neither AWS's nor declared. The caller of `startCloud` passes such hosts in. */
export type Website = (request: {
  readonly method: string
  readonly target: string
  readonly body: string
}) => Promise<{
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}>
