/** The points of the function runtime at which injected faults take effect. */

/** What the function runtime calls for each invocation. */
export interface LambdaFaults {
  /** @throws AwsError of a fault that stops the request before the function */
  before(call: { readonly functionName: string; readonly account: string }): Promise<void>
  /**
   * Called when a process gets the request.
   * @returns a function to call when the process has answered
   */
  serving(call: { readonly functionName: string; readonly account: string }, pid: number | undefined): () => void
}
