import * as aws from '@pulumi/aws'
import debuggable from '@pulumi/pulumi/runtime/debuggable.js'
import * as state from '@pulumi/pulumi/runtime/state.js'
import { expect, it } from 'vitest'
import { Ledger } from '../../ledger/ledger.ts'
import { organization } from '../../testing/organization.ts'
import { deploy } from './in-process.ts'

const { getStore } = state as unknown as {
  getStore(): { readonly leakCandidates: Set<Promise<unknown> & { readonly _debugStackTrace: string }> }
}
it('no promise of a deployment has a stack, every one is still looked after, and errors have theirs', async () => {
  const stacks = new Set<string>()
  let error = new Error('none')
  const program = async () => {
    const provider = new aws.Provider('hub', { region: 'us-east-1', allowedAccountIds: ['111111111111'] })
    new aws.ec2.Vpc('net', { cidrBlock: '10.0.0.0/16' }, { provider })
    for (const { _debugStackTrace } of getStore().leakCandidates) stacks.add(_debugStackTrace)
    error = new Error('of the program')
    return {}
  }
  const config = { 'pulumi:disable-default-providers': '["aws"]' }
  await deploy({ ledger: new Ledger(), organization }, { project: 'demo', stack: 'hub', config }, program)
  expect([...stacks].map((stack) => stack.trim())).toEqual(['Error:'])
  expect(error.stack).toContain('promises-without-stacks.test.ts')
})

it('is done once, however many deployments there are', async () => {
  const config = { 'pulumi:disable-default-providers': '["aws"]' }
  const current = () => (debuggable as unknown as { debuggablePromise: unknown }).debuggablePromise
  const nothing = (stack: string) =>
    deploy({ ledger: new Ledger(), organization }, { project: 'demo', stack, config }, async () => ({}))
  await nothing('one')
  const first = current()
  await nothing('two')
  expect(current()).toBe(first)
})
