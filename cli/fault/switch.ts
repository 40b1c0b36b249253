/** The switch for faults of a local cloud that serves; commands in other shells reach it by the cloud's port for commands. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { ActiveFault } from '@genai/local-cloud/faults/faults'
import { UserError } from '../verb.ts'
import { type Given, readFault, told } from './read.ts'

/** A fault that is on. */
export interface FaultRow {
  /** By which `clear` names it. */
  readonly number: number
  readonly kind: string
  readonly options: Given
  /** Calls, or connections, that it has hit. */
  readonly hits: number
}

/** What a command asks for: every answer is the faults that are on, or a mistake. */
export type SwitchRequest =
  | { readonly verb: 'list' }
  | { readonly verb: 'add'; readonly kind: string; readonly options: Given }
  /** Without a number: all. */
  | { readonly verb: 'clear'; readonly number?: number }

/** @returns what does as it is asked, and answers what is on afterwards. @throws UserError for a mistake of the user's */
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

/** For the port of a running cloud: what comes over it is no request until it is looked at. */
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
