import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Declared, Ledger } from './ledger.ts'
import { openLedgerFile } from './ledger-file.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ledger-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const resource = (name: string, note = ''): Declared => ({
  urn: `urn:pulumi:dev::project::aws:ec2/vpc:Vpc::${name}`,
  type: 'aws:ec2/vpc:Vpc',
  id: `vpc-${name}`,
  account: '111111111111',
  region: 'us-east-1',
  inputs: { note },
  outputs: { note },
  options: { dependencies: [], protect: false, retainOnDelete: false },
})

async function withLedger(work: (ledger: Ledger) => Promise<void>): Promise<void> {
  const file = await openLedgerFile(directory)
  const ledger = new Ledger(file.resources)
  ledger.onChange(file.effect)
  await work(ledger).finally(() => file.close())
}

test('what was made, changed and deleted is as it was after a restart, in its order', async () => {
  await withLedger(async (ledger) => {
    await ledger.put(resource('a'))
    await ledger.put(resource('b'))
    await ledger.put(resource('c'))
    await ledger.put(resource('a', 'changed'))
    await ledger.delete(resource('b').urn)
  })
  await withLedger(async (ledger) => expect(ledger.all()).toEqual([resource('a', 'changed'), resource('c')]))
})

test('a change is in the file before it is answered', async () => {
  await withLedger(async (ledger) => {
    await ledger.put(resource('a'))
    expect(await readFile(join(directory, 'ledger.jsonl'), 'utf8')).toContain('vpc-a')
  })
})

test('a deployment that another effect refuses is not kept', async () => {
  const file = await openLedgerFile(directory)
  const ledger = new Ledger(file.resources)
  ledger.onChange(({ resource: { id } }) => {
    if (id === 'vpc-b') throw new Error('refused')
  })
  ledger.onChange(file.effect)
  const changes = ['a', 'b'].map((name) => ({ kind: 'created', resource: resource(name) }) as const)
  await expect(ledger.commit(changes)).rejects.toThrow('refused')
  await file.close()
  await withLedger(async (restored) => expect(restored.all()).toEqual([]))
})

test('a line that was being written when the machine stopped is left out; any other damage is told', async () => {
  await withLedger((ledger) => ledger.put(resource('a')))
  const path = join(directory, 'ledger.jsonl')
  await appendFile(path, '{"put":{"urn":"urn:pulu')
  await withLedger(async (ledger) => expect(ledger.all()).toEqual([resource('a')]))
  await writeFile(path, '{"version":1}\n{"put":\n')
  await expect(openLedgerFile(directory)).rejects.toThrow(/line 2, is damaged/)
  await writeFile(path, '{"version":2}\n')
  await expect(openLedgerFile(directory)).rejects.toThrow(/is of version 2; this program reads 1/)
})

test('a directory is for one process, and a lock that a killed one left behind holds nobody up', async () => {
  const file = await openLedgerFile(directory)
  await expect(openLedgerFile(directory)).rejects.toThrow(`process ${process.pid}`)
  await file.close()
  // That of the machine's former life, whose number this process has now, as in a container that was started anew.
  for (const holder of ['999999999', `${process.pid}`, '']) {
    await writeFile(join(directory, 'lock'), holder)
    await withLedger(async (ledger) => expect(ledger.all()).toEqual([]))
  }
  await writeFile(join(directory, 'lock'), `${process.ppid}`)
  await expect(openLedgerFile(directory)).rejects.toThrow(
    `Where that process is something else, remove ${join(directory, 'lock')}.`,
  )
})

test('only the user can read it: secrets are in it', async () => {
  await withLedger((ledger) => ledger.put(resource('a')))
  expect((await stat(join(directory, 'ledger.jsonl'))).mode & 0o077).toBe(0)
})
