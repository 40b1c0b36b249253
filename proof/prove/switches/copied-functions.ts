/** Copies of the tenants' functions, in the same target groups. */
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import type { CodeLayer } from '../layers.ts'
import { gatewayWithout } from './code-without.ts'
import { type Copying, copyOf, type Redirection } from './copying.ts'

const FUNCTION = 'aws:lambda/function:Function'
const PERMISSION = 'aws:lambda/permission:Permission'
const TARGET = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'

export async function copyFunctions(
  { declared, add }: Copying,
  suffix: string,
  removed: readonly CodeLayer[],
): Promise<Redirection> {
  const code = await gatewayWithout(removed)
  const overlay = new Map<string, Declared>()
  for (const original of declared.filter(({ type }) => type === FUNCTION)) {
    const name = `${String(original.outputs.name)}-${suffix}`
    const arn = `${String(original.outputs.arn)}-${suffix}`
    const target = declared.find(of(TARGET, 'targetId', original.outputs.arn))
    // The hub's own function serves no requests of callers.
    if (!target) continue
    const permission = declared.find(of(PERMISSION, 'function', original.outputs.name))
    if (!permission) throw new Error(`${String(original.outputs.name)} has no permission.`)
    await add(copyOf(original, suffix, { name, arn, code }))
    await add(copyOf(permission, suffix, { function: name }))
    overlay.set(target.urn, { ...target, outputs: { ...target.outputs, targetId: arn } })
  }
  return () => overlay
}

const of = (type: string, output: string, value: unknown) => (resource: Declared) =>
  resource.type === type && resource.outputs[output] === value
