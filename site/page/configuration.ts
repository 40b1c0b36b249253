/** What the page knows about its platform: `config.json`, which is beside it in the bucket. */
export interface Configuration {
  readonly title: string
  /** `https://HOST` */
  readonly gatewayUrl: string
  readonly signIn: { readonly url: string; readonly clientId: string; readonly scope: string }
  /** For each federated provider's group in tokens the path on which its people call, `TENANT.NAME`. */
  readonly federated?: Readonly<Record<string, string>>
}

/** @throws Error if the file does not exist, or is not a configuration of the page */
export async function readConfiguration(): Promise<Configuration> {
  const response = await fetch('/config.json')
  if (!response.ok) throw new Error(`config.json: ${response.status}`)
  const read = (await response.json()) as Partial<Configuration>
  const { title, gatewayUrl, signIn, federated } = read
  if (!title || !gatewayUrl || !signIn?.url || !signIn.clientId || !signIn.scope)
    throw new Error('config.json is not whole')
  return { title, gatewayUrl, signIn, ...(federated && { federated }) }
}
