/**
 * The variables that `login` exports and `logout` removes: the gateway and the caller's token, under the names that client libraries read.
 */

export interface SignedIn {
  readonly gatewayUrl: string
  readonly tenant: string
  readonly token: string
  readonly region: string
}

export const loginVariables = ({ gatewayUrl, tenant, token, region }: SignedIn) => ({
  GATEWAY_URL: gatewayUrl,
  TENANT_ID: tenant,
  ID_TOKEN: token,
  AWS_BEARER_TOKEN_BEDROCK: token,
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `${gatewayUrl}/${tenant}`,
  // boto3 reads only the second of these two.
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  OPENAI_BASE_URL: `${gatewayUrl}/${tenant}/v1`,
  OPENAI_API_KEY: token,
  // Not `ANTHROPIC_API_KEY`, because it is sent in a header that the load balancer does not read.
  ANTHROPIC_BASE_URL: `${gatewayUrl}/${tenant}`,
  ANTHROPIC_AUTH_TOKEN: token,
})
