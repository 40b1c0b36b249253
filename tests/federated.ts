/** A provider that a hub's user pool sends tenant1's people to, as a stack file has it. */
export const FEDERATED = {
  federatedProviders: {
    acme: { type: 'oidc', tenant: 'tenant1', issuer: 'https://login.acme.example', clientId: 'genai' },
  },
  federatedSecrets: { acme: 'hush' },
}
