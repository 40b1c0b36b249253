/** What copies of the tenants' gateways are made with, and what comes of it. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { Image } from '@genai/local-cloud/organization'
import type { Overlay } from './overlay.ts'

/** What sends every tenant's requests to a copy, over what else is laid. */
export type Redirection = (over: Overlay) => Overlay

export interface Copying {
  readonly cloud: LocalCloud
  readonly declared: readonly Declared[]
  /** What is in the repository of images. */
  readonly images: Image[]
  /** Puts a copy beside what it was made of. */
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
