import { RULE } from '../../proof/soak/memory.ts'
import { soak as runSoak, type SoakResult } from '../../proof/soak/run.ts'
import { MOST_TENANTS } from '../../proof/soak/tenants.ts'
import { stopOnSignals } from '../terminal/stopping.ts'
import { UserError, type Verb } from '../verb.ts'

/** Concurrency of a tenant's function in the sample settings; more requests would be throttled. */
const CONCURRENCY_OF_TENANT = 5

export const soak: Verb = {
  name: 'soak',
  usage: '',
  summary:
    'Sends many requests of many tenants through a local cloud of its own, with faults on, and accounts for each.',
  details: [
    'Each tenant but a quarter has a trouble of its own: a model that is throttled, broken or slow, STS or the table failing,',
    `processes killed. Memory is flat if ${RULE}.`,
    "Exit code: 0 only if every request was answered exactly once and accounted for, nobody got another tenant's answer, no error",
    "is unexplained by the tenant's own trouble, and memory is flat.",
  ].join('\n'),
  positionals: [0, 0],
  options: {
    requests: { type: 'string', short: 'n', placeholder: 'NUMBER', help: 'how many (default 100000)' },
    tenants: { type: 'string', placeholder: 'NUMBER', help: `how many, 2 to ${MOST_TENANTS} (default 8)` },
    concurrency: { type: 'string', placeholder: 'NUMBER', help: 'requests at a time (default one a tenant)' },
    seed: {
      type: 'string',
      placeholder: 'NUMBER',
      help: "the same seed deals each tenant's calls the same faults (default 1)",
    },
    json: { type: 'boolean', help: 'the result as JSON' },
  },
  async run({ values }) {
    const tenants = numberIn(values.tenants, 'tenants', 8, 2, MOST_TENANTS)
    const requests = numberIn(values.requests, 'requests', 100_000, 200, 100_000_000)
    const concurrency = numberIn(values.concurrency, 'concurrency', tenants, tenants, tenants * CONCURRENCY_OF_TENANT)
    const seed = numberIn(values.seed, 'seed', 1, 0, 2 ** 32 - 1)
    const stopping = stopOnSignals()
    const controller = new AbortController()
    void stopping.asked.then(() => controller.abort())
    const started = performance.now()
    let sent = 0
    const result = await runSoak({
      requests,
      tenants,
      concurrency,
      seed,
      signal: controller.signal,
      progress: (done) => {
        sent = done
        const rate = Math.round(done / ((performance.now() - started) / 1000))
        const [before, after] = process.stderr.isTTY ? ['\r', ' '] : ['', '\n']
        process.stderr.write(`${before}${done} of ${requests}, ${rate} a second${after}`)
      },
    }).catch((error: unknown) => {
      if (controller.signal.aborted) return undefined
      throw error
    })
    stopping.release()
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    if (!result) {
      process.stderr.write(
        `Stopped after about ${sent} of ${requests} requests; nothing was judged, nothing is left.\n`,
      )
      return 1
    }
    process.stdout.write(values.json ? `${JSON.stringify(result, undefined, 2)}\n` : table(result))
    return result.violations.length === 0 ? 0 : 1
  },
}

function numberIn(given: unknown, name: string, fallback: number, least: number, most: number): number {
  if (given === undefined) return fallback
  const number = Number(given)
  if (/^\d+$/.test(String(given)) && number >= least && number <= most) return number
  throw new UserError(`--${name} is ${String(given)}.`, `It takes a whole number from ${least} to ${most}.`)
}

function table({
  requests,
  seed,
  seconds,
  tenants,
  faults,
  counted,
  wrongTenant,
  memory,
  violations,
}: SoakResult): string {
  const rows = tenants.map(({ tenant, trouble, requests: own, outcomes, milliseconds: { p50, p99, most } }) => [
    ...[tenant, trouble, String(own), p50.toFixed(1), p99.toFixed(1), most.toFixed(0)],
    Object.entries(outcomes)
      .map(([code, count]) => `${code} ${count}`)
      .join(', '),
  ])
  const all = [['tenant', 'trouble', 'requests', 'p50 ms', 'p99 ms', 'most ms', 'outcomes'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [
    ...lines,
    '',
    `${requests} requests of ${tenants.length} tenants in ${seconds} s (${Math.round(requests / seconds)} a second), seed ${seed}`,
    `calls that met a fault: ${Object.entries(faults)
      .map(([kind, hits]) => `${kind} ${hits}`)
      .join(', ')}`,
    `answered ${counted.client}, by the load balancer ${counted.balancer}, lines in the functions' logs ${counted.lines}, records in the audit trail ${counted.records}; ended with a killed process ${counted.lost}, unaccounted for ${counted.unaccounted}, wrong tenant ${wrongTenant}`,
    `heaps after collections, over the second half: local cloud ${range(memory.heapMegabytes)} (${memory.heapMegabytes.start} MB at the start; ${memory.heapBytesPerRequest} bytes a request); of ${memory.functionsJudged} functions' processes the one that grew most ${range(memory.functionMegabytes)}, median resident ${range(memory.residentMegabytes)}`,
    violations.length === 0 ? 'No violation.' : `Violations:\n${violations.map((one) => `  ${one}`).join('\n')}`,
    '',
  ].join('\n')
}

const range = ({ first, last }: { readonly first: number; readonly last: number }) => `${first} → ${last} MB`
