/** Copies of the tenants' gateways that run another version of the code, behind the same rules of the load balancer. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { Image } from '@genai/local-cloud/organization'
import type { CodeLayer } from '../layers.ts'
import { copyFunctions } from './copied-functions.ts'
import { copyServices } from './copied-services.ts'
import type { Redirection } from './copying.ts'

export interface CodeVariants {
  /** Sends every tenant's requests to a copy of its gateway without these checks. */
  use(removed: readonly CodeLayer[]): Promise<Redirection>
  isMade(removed: readonly CodeLayer[]): boolean
  /** Deletes the copies. */
  remove(): Promise<void>
}

/** Copies are kept for the next use, so that their processes need not be started again. */
export function createCodeVariants(cloud: LocalCloud, declared: readonly Declared[], images: Image[]): CodeVariants {
  const { ledger } = cloud
  const made = new Map<string, Redirection>()
  const copies: string[] = []
  const add = async (copy: Declared) => {
    await ledger.put(copy)
    copies.push(copy.urn)
  }
  const isOnFargate = declared.some(({ type }) => type === 'aws:ecs/service:Service')
  return {
    async use(removed) {
      const suffix = suffixOf(removed)
      const make = isOnFargate ? copyServices : copyFunctions
      const redirection = made.get(suffix) ?? (await make({ cloud, declared, images, add }, suffix, removed))
      made.set(suffix, redirection)
      return redirection
    },
    isMade: (removed) => made.has(suffixOf(removed)),
    async remove() {
      for (const urn of copies.reverse()) await ledger.delete(urn)
      copies.length = 0
      made.clear()
    },
  }
}

const suffixOf = (removed: readonly CodeLayer[]) => ['without', ...removed].join('-')
