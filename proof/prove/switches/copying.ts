/** What copies of the tenants' gateways are made from, and the result. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { Image } from '@genai/local-cloud/organization'
import type { Overlay } from './overlay.ts'

/** Changes the overlay so that every tenant's requests go to a copy. */
export type Redirection = (over: Overlay) => Overlay

export interface Copying {
  readonly cloud: LocalCloud
  readonly declared: readonly Declared[]
  /** The images in the repository. */
  readonly images: Image[]
  /** Adds a copy beside the resource from which it was made. */
  readonly add: (copy: Declared) => Promise<void>
}

export function copyOf(resource: Declared, suffix: string, outputs: Declared['outputs']): Declared {
  return {
    ...resource,
    urn: `${resource.urn}-${suffix}`,
    id: `${resource.id}-${suffix}`,
    outputs: { ...resource.outputs, ...outputs },
  }
}
