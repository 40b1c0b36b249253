/**
 * The gateway's error shape, for what AWS answers in its place: the load balancer's default action and the firewall. Their
 * answers are fixed texts, so the request id is empty.
 */
export function errorBody(code: string, message: string): string {
  return JSON.stringify({ error: { code, message, requestId: '' } })
}
