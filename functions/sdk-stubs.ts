/**
 * Replaces, in the bundles, modules that the SDK's clients load but a function or a container never uses: the default chain of credentials
 * (every client is given its own), configuration files and HTTP/2. They would be a fifth of the bundle and a sixth of a cold start. Calling one
 * of them throws.
 */
function neverUsed(): never {
  throw new Error('This part of the SDK is left out of the bundles (shared/bundle.ts).')
}

// @aws-sdk/credential-provider-node, @aws-sdk/token-providers
export { neverUsed as defaultProvider, neverUsed as fromEnvSigningName, neverUsed as nodeProvider }

/** node:fs/promises, with which the SDK looks for configuration files: there are none. */
export async function readFile(): Promise<never> {
  throw Object.assign(new Error('There are no configuration files.'), { code: 'ENOENT' })
}

// node:http2
export default { constants: {}, connect: neverUsed }
