/** Switches faults of a running local cloud on and off. Commands in other shells reach this code through the control port. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { ActiveFault } from '@genai/local-cloud/faults/faults'
import { UserError } from '../verb.ts'
import { type Given, readFault, told } from './read.ts'

/** A fault that is switched on. */
export interface FaultRow {
  /** The number by which `fault clear` names it. */
  readonly number: number
  readonly kind: string
  readonly options: Given
  /** Number of calls or connections that the fault has affected. */
  readonly hits: number
}

/** A request of a command. The answer is always the list of faults that are on, or an error. */
export type SwitchRequest =
  | { readonly verb: 'list' }
  | { readonly verb: 'add'; readonly kind: string; readonly options: Given }
  /** Without a number, all faults are cleared. */
  | { readonly verb: 'clear'; readonly number?: number }

/** @returns a function that carries out a request and returns the faults that are then on; it throws UserError if the request is wrong */
export function createSwitch(cloud: Pick<LocalCloud, 'ledger' | 'organization' | 'faults'>) {
  const on = new Map<number, { readonly kind: string; readonly options: Given; readonly active: ActiveFault }>()
  let last = 0
  const rows = () =>
    [...on].map(([number, { kind, options, active }]): FaultRow => ({ number, kind, options, hits: active.hits }))
  return (request: SwitchRequest): readonly FaultRow[] => {
    if (request.verb === 'add') {
      const { kind, options } = request
      const wanted = readFault(kind, options, cloud)
      const active = told(() =>
        wanted.kind === 'rule' ? cloud.faults.add(wanted.rule) : cloud.faults.takeDown(wanted.outage),
      )
      last++
      on.set(last, { kind, options, active })
    } else if (request.verb === 'clear') {
      const { number } = request
      if (number !== undefined && !on.has(number))
        throw new UserError(
          `There is no fault ${number}.`,
          on.size > 0 ? `On are ${[...on.keys()].join(', ')}.` : 'None is on.',
        )
      for (const [one, { active }] of [...on])
        if (number === undefined || number === one) {
          active.remove()
          on.delete(one)
        }
    }
    return rows()
  }
}

/** The handler for the control port. It validates the request, because other programs can send anything to the port. */
export function faultCommand(cloud: Parameters<typeof createSwitch>[0]): (request: unknown) => readonly FaultRow[] {
  const serve = createSwitch(cloud)
  return (request) => {
    if (!isRequest(request)) throw new UserError('This is no command for faults.')
    return serve(request)
  }
}

function isRequest(value: unknown): value is SwitchRequest {
  if (typeof value !== 'object' || value === null || !('verb' in value)) return false
  if (value.verb === 'list') return true
  if (value.verb === 'clear') return !('number' in value) || typeof value.number === 'number'
  if (value.verb !== 'add' || !('kind' in value) || typeof value.kind !== 'string' || !('options' in value))
    return false
  const { options } = value
  return (
    typeof options === 'object' && options !== null && Object.values(options).every((one) => typeof one === 'string')
  )
}
