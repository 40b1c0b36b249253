/** The doctor against a local cloud of its own: with what a case changes in the organisation and the stack files. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCloud } from '@genai/local-cloud/cloud'
import type { Declared, Properties } from '@genai/local-cloud/ledger/ledger'
import type { Account, Organization } from '@genai/local-cloud/organization'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { LAPTOP } from '../../cli/demo/validate.ts'
import type { Row } from '../../cli/doctor/check.ts'
import { CHECKS } from '../../cli/doctor/checks.ts'
import { type OpenOptions, open } from '../../cli/doctor/gather.ts'
import { ask, planned } from '../../cli/doctor/run.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { organization } from '../../sample-organization.ts'
import { DOCTOR_ROLE } from '../../shared/policies/doctor.ts'

export const HUB = '111111111111'
export const TENANT1 = '222222222222'
const STACKS = ['hub', 'spoke-tenant1', 'spoke-tenant2']

export interface Case {
  /** By account. */
  readonly accounts?: Readonly<Record<string, Partial<Account>>>
  readonly organization?: Partial<Organization>
  /** By stack: text that takes another's place in its file. */
  readonly files?: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>
  readonly ledger?: readonly Declared[]
  readonly options?: Partial<OpenOptions>
  /** With the stack files' own credentials. @default with the read-only role */
  readonly asDeployer?: boolean
  /** The checks that are asked. @default all */
  readonly only?: string
}

/** Every row of the table. */
export async function examine(given: Case = {}) {
  const { accounts = {}, files = {}, ledger = [], options = {}, asDeployer = false, only, ...rest } = given
  const directory = mkdtempSync(join(tmpdir(), 'genai-doctor-'))
  copyFiles(directory, files)
  const changed: Organization = {
    ...organization,
    ...rest.organization,
    accounts: organization.accounts.map((one) => ({ ...one, ...accounts[one.id] })),
  }
  const cloud = await startCloud({ directory: join(directory, 'cloud'), organization: changed })
  try {
    for (const one of ledger) await cloud.ledger.put(one)
    const { port } = await cloud.wire.open(LAPTOP)
    const agent = localAgent({ port, caFile: cloud.authority.caFile })
    const examined = await open({
      aws: false,
      ...(!asDeployer && { role: DOCTOR_ROLE }),
      directory,
      connection: { where: 'the local cloud', credentials: cloud.signIn(), agent, needsPulumi: false },
      ...options,
    })
    const rows: Row[] = []
    const checks = CHECKS.filter(({ id }) => only === undefined || id === only)
    for (const one of planned(checks, examined)) rows.push(...(await ask(one, examined)))
    agent.destroy()
    return rows
  } finally {
    await cloud.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

export function copyFiles(directory: string, changes: NonNullable<Case['files']> = {}): void {
  for (const name of ['Pulumi.yaml', ...STACKS.map((stack) => `Pulumi.${stack}.yaml`)])
    cpSync(join(PROJECT_DIRECTORY, name), join(directory, name))
  // The way to the keys that has the most to ask about, whichever the samples take; machines need another one.
  for (const stack of STACKS) {
    const file = join(directory, `Pulumi.${stack}.yaml`)
    const text = readFileSync(file, 'utf8')
      .replace(/keySetVia: \w+/, 'keySetVia: endpoint')
      .replace(/^ {2}genai-hub-spoke:machineIssuers:.*\n(?: {4}.*\n)*/m, '')
    writeFileSync(file, text)
  }
  for (const [stack, pairs] of Object.entries(changes)) {
    const file = join(directory, `Pulumi.${stack}.yaml`)
    let text = readFileSync(file, 'utf8')
    for (const [from, to] of pairs) {
      if (!text.includes(from)) throw new Error(`Pulumi.${stack}.yaml has no ${from}`)
      text = text.replace(from, to)
    }
    writeFileSync(file, text)
  }
}

let made = 0

/** A resource of somebody else's. */
export function declared(type: string, id: string, outputs: Properties, account = HUB): Declared {
  made += 1
  const urn = `urn:pulumi:other::other::${type}::r${made}`
  const options = { dependencies: [], protect: false, retainOnDelete: false }
  return { urn, type, id, account, region: 'us-east-1', inputs: outputs, outputs, options }
}

/** As one line each: what is short enough for a test to say whole. */
export const short = (rows: readonly Row[]) =>
  rows.map(({ subject, id, verdict, about }) => `${subject} ${id} ${verdict}${about === undefined ? '' : ` ${about}`}`)
