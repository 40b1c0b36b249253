/** Copies of the tenants' functions that run another version of the code, behind the same target groups. */
import type { Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import type { CodeLayer } from '../layers.ts'
import type { Overlay } from './overlay.ts'
import { gatewayWithout } from './variants.ts'

const FUNCTION = 'aws:lambda/function:Function'
const PERMISSION = 'aws:lambda/permission:Permission'
const TARGET = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'

export interface CodeVariants {
  /**
   * The overlay that sends every tenant's requests to a copy of its function without these checks.
   */
  use(removed: readonly CodeLayer[]): Promise<Overlay>
  /** Ends the copies. */
  remove(): Promise<void>
}

/** Copies stay for the next use, so that their processes stay warm. */
export function createCodeVariants(ledger: Ledger, declared: readonly Declared[]): CodeVariants {
  const made = new Map<string, Overlay>()
  const copies: string[] = []

  async function make(suffix: string, removed: readonly CodeLayer[]): Promise<Overlay> {
    const code = await gatewayWithout(removed)
    const overlay = new Map<string, Declared>()
    for (const original of declared.filter(({ type }) => type === FUNCTION)) {
      const name = `${String(original.outputs.name)}-${suffix}`
      const arn = `${String(original.outputs.arn)}-${suffix}`
      const copy = copyOf(original, suffix, { name, arn, code })
      const target = declared.find(of(TARGET, 'targetId', original.outputs.arn))
      // The hub's own function serves no requests.
      if (!target) continue
      const permission = declared.find(of(PERMISSION, 'function', original.outputs.name))
      if (!permission) throw new Error(`${String(original.outputs.name)} has no permission.`)
      for (const resource of [copy, copyOf(permission, suffix, { function: name })]) {
        await ledger.put(resource)
        copies.push(resource.urn)
      }
      overlay.set(target.urn, { ...target, outputs: { ...target.outputs, targetId: arn } })
    }
    return overlay
  }

  return {
    async use(removed) {
      const suffix = ['without', ...removed].join('-')
      const overlay = made.get(suffix) ?? (await make(suffix, removed))
      made.set(suffix, overlay)
      return overlay
    },
    async remove() {
      for (const urn of copies.reverse()) await ledger.delete(urn)
      copies.length = 0
      made.clear()
    },
  }
}

const of = (type: string, output: string, value: unknown) => (resource: Declared) =>
  resource.type === type && resource.outputs[output] === value

function copyOf(resource: Declared, suffix: string, outputs: Declared['outputs']): Declared {
  return {
    ...resource,
    urn: `${resource.urn}-${suffix}`,
    id: `${resource.id}-${suffix}`,
    outputs: { ...resource.outputs, ...outputs },
  }
}
