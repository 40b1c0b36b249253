/** The gateway's own format: `{"error":{"code","message","requestId"}}`. */
import type { Shape } from './shape.ts'

export const gatewayShape: Shape = {
  name: 'gateway',
  idHeaders: () => ({}),
  error: ({ code, message, status }, requestId) => ({
    status,
    headers: {},
    body: JSON.stringify({ error: { code, message, requestId } }),
  }),
}
