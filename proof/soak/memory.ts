/** Checks that memory does not grow: the heap after a garbage collection, of this process and of each function's process. */
import { execFileSync } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Sample {
  readonly requests: number
  readonly heapBytes: number
  /** Heap after a collection of each function's process, by process id. */
  readonly functions: ReadonlyMap<number, number>
  /** Resident memory of each, as reported by the operating system, including garbage. */
  readonly resident: ReadonlyMap<number, number>
}

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

export function sample(requests: number, functions: ReadonlyMap<number, number>): Sample {
  collect()
  return { requests, heapBytes: process.memoryUsage().heapUsed, functions, resident: residentOf([...functions.keys()]) }
}

/** Asks `ps`; if there is none, resident memory is not reported. It never decides whether the run passes. */
function residentOf(pids: readonly number[]): ReadonlyMap<number, number> {
  if (pids.length === 0) return new Map()
  try {
    const table = execFileSync('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], { encoding: 'utf8' })
    const rows = table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
    return new Map(rows.map(([pid = 0, kilobytes = 0]) => [pid, kilobytes * 1024]))
  } catch {
    return new Map()
  }
}

export interface Memory {
  /** At the first sample, and at the first and the last sample of the second half. */
  readonly heapMegabytes: { readonly start: number; readonly first: number; readonly last: number }
  /** The slope of the straight line through the second half of the run. */
  readonly heapBytesPerRequest: number
  /** For the function whose heap grew most, of those whose process ran through the whole second half. */
  readonly functionMegabytes: { readonly first: number; readonly last: number }
  readonly functionsJudged: number
  /**
   * Median of the resident memory of those processes. It is reported but not judged, because garbage is not collected as long as there is room.
   */
  readonly residentMegabytes: { readonly first: number; readonly last: number }
  readonly flat: boolean
}

const MEGABYTE = 1024 * 1024

/** How much a heap may vary by itself: compiled code, and caches of limited size that are still filling. */
const HEAP_ALLOWANCE_BYTES = 6 * MEGABYTE
const FUNCTION_ALLOWANCE_BYTES = 2 * MEGABYTE
/** A leak of even one object per request would be larger than this. */
const HEAP_BYTES_PER_REQUEST = 64

/** The rule as text for the report. */
export const RULE = `over the second half of the run, after collections, the heap of the local cloud grows by less than ${HEAP_BYTES_PER_REQUEST} bytes a request (or ${HEAP_ALLOWANCE_BYTES / MEGABYTE} MB in all), and that of each function's process by less than ${FUNCTION_ALLOWANCE_BYTES / MEGABYTE} MB`

export function judge(samples: readonly Sample[]): Memory {
  const half = samples.slice(Math.floor(samples.length / 2))
  const [first] = half
  const last = half.at(-1)
  if (!first || !last || half.length < 3) throw new Error('Too few samples of memory to judge by.')
  const slope = slopeOf(half.map(({ requests, heapBytes }) => [requests, heapBytes]))
  const growth = slope * (last.requests - first.requests)
  const pids = [...first.functions.keys()].filter((pid) => half.every(({ functions }) => functions.has(pid)))
  const heaps = pids.map((pid) => ({ first: first.functions.get(pid) ?? 0, last: last.functions.get(pid) ?? 0 }))
  const most = heaps.reduce((a, b) => (b.last - b.first > a.last - a.first ? b : a), heaps[0] ?? { first: 0, last: 0 })
  const resident = ({ resident }: Sample) => megabytes(median(pids.map((pid) => resident.get(pid) ?? 0)))
  const heapFlat = slope < HEAP_BYTES_PER_REQUEST || growth < HEAP_ALLOWANCE_BYTES
  return {
    heapMegabytes: {
      start: megabytes(samples[0]?.heapBytes ?? 0),
      first: megabytes(first.heapBytes),
      last: megabytes(last.heapBytes),
    },
    heapBytesPerRequest: Math.round(slope),
    functionMegabytes: { first: megabytes(most.first), last: megabytes(most.last) },
    functionsJudged: pids.length,
    residentMegabytes: { first: resident(first), last: resident(last) },
    flat: heapFlat && most.last - most.first < FUNCTION_ALLOWANCE_BYTES,
  }
}

/** The slope of the best straight line by least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const megabytes = (bytes: number) => Math.round((bytes / MEGABYTE) * 10) / 10
