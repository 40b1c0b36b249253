/** What the page is told of the platform that it is for: `config.json`, beside it in the bucket. */
export interface Configuration {
  readonly title: string
  /** `https://HOST` */
  readonly gatewayUrl: string
  readonly signIn: { readonly url: string; readonly clientId: string; readonly scope: string }
  /** Where people of a federated provider call, `TENANT.NAME`, by the group that their tokens have. */
  readonly federated?: Readonly<Record<string, string>>
}

/** @throws Error for a file that is not there, or is not the page's */
export async function readConfiguration(): Promise<Configuration> {
  const response = await fetch('/config.json')
  if (!response.ok) throw new Error(`config.json: ${response.status}`)
  const read = (await response.json()) as Partial<Configuration>
  const { title, gatewayUrl, signIn, federated } = read
  if (!title || !gatewayUrl || !signIn?.url || !signIn.clientId || !signIn.scope)
    throw new Error('config.json is not whole')
  return { title, gatewayUrl, signIn, ...(federated && { federated }) }
}
