/** The points of the function runtime at which injected faults take effect. */

/** What the function runtime asks for each invocation. */
export interface LambdaFaults {
  /** @throws AwsError of a fault that keeps the request from the function */
  before(call: { readonly functionName: string; readonly account: string }): Promise<void>
  /** A process has the request now. @returns to be called once it has answered */
  serving(call: { readonly functionName: string; readonly account: string }, pid: number | undefined): () => void
}
