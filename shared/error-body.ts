/** An error that AWS answers in the gateway's place: the load balancer's default action, the firewall. */
export interface DoorError {
  /** Of the API's closed list. */
  readonly code: string
  /** Bedrock's exception that an AWS SDK throws for it. */
  readonly exception: string
  readonly message: string
}

/**
 * One text for every caller, as AWS looks at no path here: the gateway's shape (`error`), and at the top what AWS SDKs read
 * (`message`, `__type`). It is a fixed text, so the request id is empty.
 */
export function errorBody({ code, exception, message }: DoorError): string {
  return JSON.stringify({ error: { code, message, requestId: '' }, message, __type: exception })
}
