/** Remote components: their children are registered here, because the process that would make them does not run. */

import { AWSX_VPC, AWSX_VPC_INPUTS, handedOut, planVpc, type Reference, resolved } from '../../aws/ec2/awsx-vpc.ts'
import { UnsupportedError } from '../../errors.ts'
import type { Declared, Properties } from '../../ledger/ledger.ts'
import { checkInputs } from '../../resource/declare.ts'
import { reference } from '../wire-values.ts'
import { nameOf, type Registration, type Run } from './run.ts'

/**
 * Registers the children of a remote component, in the plan's order.
 * @returns the component's outputs
 */
export async function composite(run: Run, component: Registration): Promise<Properties> {
  const { type, urn, inputs, options } = component
  if (type !== AWSX_VPC) throw new UnsupportedError(`the remote component ${type}`)
  checkInputs({ type, inputs: AWSX_VPC_INPUTS }, inputs)
  const plan = planVpc(nameOf({ urn }), inputs)
  const made = new Map<string, Declared>()
  const outputOf = ({ of, output }: Reference) => {
    const resource = made.get(of)
    return (output === 'id' ? resource?.id : resource?.outputs[output]) ?? null
  }
  for (const planned of plan.resources) {
    const parent = (planned.parent && made.get(planned.parent)?.urn) ?? urn
    const dependencies = Object.values(planned.inputs).flatMap((value) =>
      typeof value === 'object' && value !== null && 'of' in value ? (made.get(String(value.of))?.urn ?? []) : [],
    )
    const child = await run.register({
      urn: childUrn(parent, planned.type, planned.name),
      type: planned.type,
      inputs: resolved(planned.inputs, outputOf),
      provider: component.provider,
      options: { ...options, parent, dependencies },
      ignoreChanges: [],
      replaceOnChanges: [],
      deleteBeforeReplace: false,
    })
    made.set(planned.key, child)
  }
  const ids = Object.entries(plan.ids).map(([name, keys]) => [
    name,
    keys.map((key) => outputOf({ of: key, output: 'id' })),
  ])
  const referenceTo = (key: string) => reference(made.get(key)?.urn ?? '', made.get(key)?.id ?? '')
  return { vpcId: outputOf({ of: 'vpc', output: 'id' }), ...Object.fromEntries(ids), ...handedOut(plan, referenceTo) }
}

/** Builds `…::PARENT_TYPES$TYPE::NAME`. */
function childUrn(parent: string, type: string, name: string): string {
  const [head = '', project = '', types = ''] = parent.split('::')
  return `${head}::${project}::${types}$${type}::${name}`
}
