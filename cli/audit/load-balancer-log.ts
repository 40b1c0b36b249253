/**
 * Reads decisions of the load balancer from its access logs. No gateway saw these requests, so the trail has no record of them. Their
 * tenant is taken from the path; nobody was authenticated.
 */
import { createReadStream, type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { TENANT_ID } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'
import type { TrailQuery, TrailRecord } from './trail.ts'

/** Fields of a line, by their place in AWS's format; a line may have further fields after them. */
const CLIENT = 3
const STATUS = 8
const TARGET_STATUS = 9
const REQUEST = 12
const TARGET_GROUP = 16
const TRACE = 17
const CREATED = 21
const ACTIONS = 22
const REASON = 24

/** The status that AWS logs for a client that closed its connection before it was answered. */
const HUNG_UP = 460

const FIELD = /"((?:[^"\\]|\\.)*)"|\S+/g
/** A client's text with control characters removed, and shortened, so that it is safe to print. */
const LONGEST = 120

/**
 * @param line of an access log
 * @returns undefined if a gateway answered, if the request was not refused, or if the line has another format
 */
export function doorRecord(line: string): TrailRecord | undefined {
  const fields = [...line.matchAll(FIELD)].map(([text, quoted]) => quoted ?? text)
  const status = Number(fields[STATUS])
  const time = Date.parse(fields[CREATED] ?? '')
  if (fields[TARGET_STATUS] !== '-' || !(status >= 400 && status <= 599) || Number.isNaN(time)) return undefined
  const path = pathOf(fields[REQUEST] ?? '')
  const [, first = ''] = path.split('/')
  const requestId = fields[TRACE] ?? ''
  const reason = shown(fields[REASON] ?? '-')
  return {
    time: new Date(time).toISOString(),
    tenant: TENANT_ID.test(first) ? first : '-',
    ...decided(status, reason, fields[TARGET_GROUP] !== '-'),
    outcome: (fields[ACTIONS] ?? '-').split(',').at(-1) ?? '-',
    ...(reason !== '-' && { reason }),
    status,
    client: (fields[CLIENT] ?? '').replace(/:\d+$/, ''),
    path,
    requestId,
    event: requestId,
  }
}

/** Who decided, and the decision. */
function decided(
  status: number,
  reason: string,
  forwarded: boolean,
): { readonly decision: string; readonly check: string } {
  if (status === HUNG_UP) return { decision: 'left', check: 'client' }
  // No function received the request: all of the tenant's reserved concurrency was in use.
  if (reason === 'LambdaThrottling') return { decision: 'refused', check: 'concurrency' }
  if (status < 500) return { decision: 'refused', check: 'door' }
  // Either a gateway received the request and then failed or took too long, so its decision is not known, or the request was not forwarded at
  // all.
  return { decision: 'unanswered', check: forwarded ? 'function' : 'door' }
}

/** The URL without its query string, in which clients may put tokens. */
function pathOf(request: string): string {
  const [, url = ''] = request.split(' ')
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/s, '')
  return shown(path)
}

const shown = (text: string) => text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, LONGEST)

/**
 * @param folder with access logs as the load balancer wrote them, in sub-folders or not, compressed or not
 * @throws UserError if there are none
 */
export async function readDoor(folder: string, { tenant, since }: TrailQuery): Promise<readonly TrailRecord[]> {
  const found: TrailRecord[] = []
  for (const file of logFiles(folder)) {
    const raw = createReadStream(file)
    const text = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
    // A pipe does not pass on errors.
    raw.on('error', (error) => text.destroy(error))
    try {
      for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
        const record = doorRecord(line)
        if (record && Date.parse(record.time) >= since && (tenant === undefined || record.tenant === tenant))
          found.push(record)
      }
    } catch (cause) {
      throw new UserError(`${file} cannot be read: it is damaged, or no access log.`, 'Copy it again.', { cause })
    }
  }
  return found
}

function logFiles(folder: string): readonly string[] {
  let entries: readonly Dirent[]
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch (cause) {
    const remedy = 'Nobody called yet, or it is elsewhere.'
    throw new UserError(`There is no folder of access logs: ${folder}`, remedy, { cause })
  }
  return entries
    .filter((entry) => entry.isFile() && /\.log(\.gz)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
