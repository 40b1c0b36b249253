/** What a tenant gives up by a variant, in the words that the commands and the isolation report say it in. */

/** With `modelEndpoint: hub`. */
export const LOST_AT_SHARED_ENDPOINT = [
  'network wall between the other tenants’ gateways and the endpoint that it calls',
  'policy of its own on that endpoint',
  'flow logs of its own',
] as const
