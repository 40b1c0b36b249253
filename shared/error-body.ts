/** An error that AWS answers before a request reaches a gateway: the load balancer's default action, or the firewall. */
export interface DoorError {
  /** A code of the API's closed list. */
  readonly code: string
  /** The exception of Bedrock that AWS SDKs throw for it. */
  readonly exception: string
  readonly message: string
}

/**
 * One text for every caller, because AWS does not look at the path here: the gateway's form (`error`), and at the top level what AWS SDKs read
 * (`message`, `__type`). The text is fixed, so the request id is empty.
 */
export function errorBody({ code, exception, message }: DoorError): string {
  return JSON.stringify({ error: { code, message, requestId: '' }, message, __type: exception })
}
