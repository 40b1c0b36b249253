/** Opens the port through which a browser on this machine reaches the local cloud's public names, and finds the client pages that it serves. */
import { type BrowserDoor, openBrowserDoor } from '@genai/local-cloud/browser-door'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { LAPTOP } from '../demo/validate.ts'
import { messageOf, UserError } from '../verb.ts'

const DISTRIBUTION = 'aws:cloudfront/distribution:Distribution'

/** @throws UserError if the port is in use */
export async function openDoor(cloud: LocalCloud, port: number): Promise<BrowserDoor> {
  return await openBrowserDoor({ ...cloud, from: LAPTOP, port }).catch((cause: unknown) => {
    throw new UserError(messageOf(cause), 'Free the port, or choose another: --browser-port PORT', { cause })
  })
}

/** The addresses, for each deployed client, that a browser on this computer opens. */
export const clientUrls = (cloud: LocalCloud, door: BrowserDoor): readonly string[] =>
  cloud.ledger.all(DISTRIBUTION).map((one) => door.url(`https://${nameOf(one)}/`))

/** Reports each client when it is deployed. */
export function followClients(cloud: LocalCloud, door: BrowserDoor, say: (line: string) => void): void {
  cloud.ledger.onChange(({ kind, resource }) => {
    if (resource.type === DISTRIBUTION && kind === 'created')
      say(`Client at ${door.url(`https://${nameOf(resource)}/`)}`)
  })
  for (const url of clientUrls(cloud, door)) say(`Client at ${url}`)
}

function nameOf({ inputs, outputs }: Declared): string {
  const [alias] = Array.isArray(inputs.aliases) ? inputs.aliases : []
  return String(alias ?? outputs.domainName)
}
