import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Declared, Ledger, type Properties } from '../../ledger/ledger.ts'
import { BUCKET } from '../s3/s3-log-delivery.ts'
import { AccessLogs } from './access-log.ts'
import { LOAD_BALANCER } from './resources/load-balancer.ts'

let directory: string
let logs: AccessLogs
let ledger: Ledger

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'access-logs-'))
  restart()
})
afterEach(async () => {
  await logs.close()
  rmSync(directory, { recursive: true, force: true })
})

function restart(resources: readonly Declared[] = []): void {
  logs = new AccessLogs(10, directory)
  ledger = new Ledger(resources)
  ledger.onChange(logs.effect)
}

const declared = (type: string, outputs: Properties): Declared => ({
  urn: `urn:${type}`,
  type,
  id: type,
  account: '1',
  region: 'r',
  inputs: outputs,
  outputs,
  options: { dependencies: [], protect: false, retainOnDelete: false },
})
const bucket = (forceDestroy: boolean) => declared(BUCKET, { bucket: 'logs', forceDestroy })
const balancer = (enabled: boolean) => declared(LOAD_BALANCER, { accessLogs: { bucket: 'logs', enabled } })

it('keeps a bucket that a load balancer has logged to, also when that is gone and the local cloud was restarted', async () => {
  await ledger.put(bucket(false))
  await ledger.put(balancer(true))
  await ledger.delete(balancer(true).urn)
  await expect(ledger.delete(bucket(false).urn)).rejects.toThrow('not empty')
  expect(ledger.all(BUCKET)).toHaveLength(1)
  await logs.close()
  restart(ledger.all())
  await expect(ledger.delete(bucket(false).urn)).rejects.toMatchObject({ code: 'BucketNotEmpty' })
})

it('empties a bucket that is to be destroyed by force', async () => {
  await ledger.put(bucket(true))
  await ledger.put(balancer(true))
  expect(existsSync(join(directory, 'logs.log'))).toBe(true)
  await ledger.delete(bucket(true).urn)
  expect(existsSync(join(directory, 'logs.log'))).toBe(false)
  await ledger.put(bucket(false))
  await ledger.delete(bucket(false).urn)
})

it('lets a bucket go that nobody has logged to', async () => {
  await ledger.put(bucket(false))
  await ledger.put(balancer(false))
  await ledger.delete(bucket(false).urn)
  expect(ledger.all(BUCKET)).toEqual([])
})
