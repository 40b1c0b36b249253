import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { forgetLeft, leftResources, leftText } from './left-resources.ts'

let backend: string
beforeEach(() => {
  backend = mkdtempSync(join(tmpdir(), 'backend-'))
})
afterEach(() => rmSync(backend, { recursive: true }))

function declared(stack: string, name: string, id: string): Declared {
  const type = 'aws:ec2/vpc:Vpc'
  return {
    urn: `urn:pulumi:${stack}::genai-hub-spoke::${type}::${name}`,
    type,
    id,
    account: '111111111111',
    region: 'us-east-1',
    inputs: {},
    outputs: {},
    options: { dependencies: [], protect: false, retainOnDelete: false },
  }
}

function state(stack: string, resources: readonly Declared[]): void {
  const folder = join(backend, '.pulumi/stacks/genai-hub-spoke')
  mkdirSync(folder, { recursive: true })
  const latest = { resources: resources.map(({ urn, id }) => ({ urn, id })) }
  writeFileSync(join(folder, `${stack}.json`), JSON.stringify({ version: 3, checkpoint: { latest } }))
}

it('what no state has is told and taken away: of a killed up, and of a stack that is gone', async () => {
  const kept = declared('hub', 'kept', 'vpc-1')
  const second = { ...declared('hub', 'kept', 'vpc-2'), urn: `${kept.urn}#1` }
  const lost = declared('hub', 'lost', 'vpc-3')
  const gone = declared('spoke-tenant9', 'gone', 'vpc-4')
  const ledger = new Ledger([kept, second, lost, gone])
  state('hub', [kept])
  const left = leftResources(ledger, backend)
  expect(left.map(({ id }) => id)).toEqual(['vpc-4', 'vpc-3', 'vpc-2'])
  expect(leftText(left)).toEqual([
    expect.stringMatching(/^# 3 resources are in no stack/),
    '#   aws:ec2/vpc:Vpc vpc-4 (account 111111111111)',
    expect.stringContaining('vpc-3'),
    expect.stringContaining('vpc-2'),
    expect.stringContaining('--forget-left'),
  ])
  expect(await forgetLeft(ledger, left)).toEqual(['# 3 resources are taken away.'])
  expect(ledger.all()).toEqual([kept])
  expect(leftText(leftResources(ledger, backend))).toEqual([])
})

it('knows nothing of stacks in another backend', () => {
  expect(leftResources(new Ledger([declared('hub', 'kept', 'vpc-1')]), backend)).toEqual([])
})

it('refuses a state that it cannot read, and says where another is', () => {
  state('hub', [])
  writeFileSync(join(backend, '.pulumi/stacks/genai-hub-spoke/hub.json'), '{"version"')
  expect(() => leftResources(new Ledger(), backend)).toThrow(/hub\.json is no state that can be read/)
})
