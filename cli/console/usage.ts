/** What tenants have used in each of the last minutes, from the records of the audit trail. */
import type { AuditRecord } from '../../shared/audit-line.ts'
import type { AuditView, TenantUsage } from './messages.ts'

export const SLICE_SECONDS = 10
const SLICES = 60
/** Number of records that a page shows. */
const KEPT = 300

interface Slice {
  requests: number
  refused: number
  tokens: number
}

interface Tenant {
  readonly slices: Map<number, Slice>
  nanoDollars: number
}

export class Usage {
  readonly #tenants = new Map<string, Tenant>()
  readonly #records = new Map<string, AuditView>()
  #added: AuditView[] = []
  #changed = false

  /** Reads lines of the trail's log group. */
  read(lines: readonly string[]): void {
    for (const line of lines) {
      const record = recordOf(line)
      // A line may be delivered twice: the same `event` is the same decision.
      if (!record || this.#records.has(record.event)) continue
      this.#keep(record)
      this.#count(record)
    }
  }

  /** Sorted, newest last. */
  get records(): readonly AuditView[] {
    return [...this.#records.values()]
  }

  takeAdded(): readonly AuditView[] {
    const added = this.#added
    this.#added = []
    return added
  }

  /** @returns undefined if nothing has changed since it was last called */
  takeChanged(now: number): readonly TenantUsage[] | undefined {
    if (!this.#changed) return undefined
    this.#changed = false
    return this.series(now)
  }

  /** @param now milliseconds since 1970 */
  series(now: number): readonly TenantUsage[] {
    const last = sliceOf(now)
    const times = Array.from({ length: SLICES }, (_, index) => (last - SLICES + 1 + index) * SLICE_SECONDS)
    return [...this.#tenants].map(([tenant, { slices, nanoDollars }]) => {
      const of = (name: keyof Slice) => times.map((time) => slices.get(time / SLICE_SECONDS)?.[name] ?? 0)
      return { tenant, times, requests: of('requests'), refused: of('refused'), tokens: of('tokens'), nanoDollars }
    })
  }

  #keep(record: AuditRecord): void {
    const { event, time, tenant, decision = '', check = '', operation, user, model, status, outcome } = record
    const view: AuditView = {
      event,
      time,
      tenant,
      decision,
      check,
      ...(operation !== undefined && { operation }),
      ...(user !== undefined && { user }),
      ...(model !== undefined && { model }),
      ...(status !== undefined && { status }),
      ...(outcome !== undefined && { outcome }),
    }
    this.#records.set(event, view)
    this.#added.push(view)
    const [oldest] = this.#records.keys()
    if (this.#records.size > KEPT && oldest !== undefined) this.#records.delete(oldest)
    if (this.#added.length > KEPT) this.#added.shift()
  }

  #count({ tenant, time, phase, decision, inputTokens = 0, outputTokens = 0, nanoDollars = 0 }: AuditRecord): void {
    const known = this.#tenants.get(tenant) ?? { slices: new Map<number, Slice>(), nanoDollars: 0 }
    this.#tenants.set(tenant, known)
    const at = sliceOf(Date.parse(time))
    const slice = known.slices.get(at) ?? { requests: 0, refused: 0, tokens: 0 }
    known.slices.set(at, slice)
    // A stream has two records, but is one request.
    if (phase !== 'end') slice.requests += 1
    if (decision === 'refused') slice.refused += 1
    slice.tokens += inputTokens + outputTokens
    known.nanoDollars += nanoDollars
    for (const old of known.slices.keys()) if (old <= at - 2 * SLICES) known.slices.delete(old)
    this.#changed = true
  }
}

const sliceOf = (milliseconds: number) => Math.floor(milliseconds / 1000 / SLICE_SECONDS)

function recordOf(line: string): AuditRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<AuditRecord> | null
    if (typeof record?.event !== 'string' || typeof record.tenant !== 'string' || typeof record.time !== 'string')
      return undefined
    return record as AuditRecord
  } catch {
    return undefined
  }
}
