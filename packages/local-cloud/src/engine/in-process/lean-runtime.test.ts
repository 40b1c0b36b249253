import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import callbacks from '@pulumi/pulumi/runtime/callbacks.js'
import { expect, it, vi } from 'vitest'
import { Ledger } from '../../ledger/ledger.ts'
import { organization } from '../../testing/organization.ts'
import { deploy, type Stack } from './in-process.ts'
import type { Message } from './messages.ts'

const ONLY_EXPLICIT = { 'pulumi:disable-default-providers': '["aws"]' }

const deployed = (program: () => Promise<Record<string, unknown>>, more: Partial<Stack> = {}) =>
  deploy(
    { ledger: new Ledger(), organization },
    { project: 'demo', stack: 'hub', config: ONLY_EXPLICIT, ...more },
    program,
  )

function network(opts: pulumi.CustomResourceOptions = {}): aws.ec2.Vpc {
  const provider = new aws.Provider('hub', { region: 'us-east-1', allowedAccountIds: ['111111111111'] })
  return new aws.ec2.Vpc('net', { cidrBlock: '10.0.0.0/16' }, { provider, ...opts })
}

it('no stack is prepared for a promise or a resource, and errors have theirs', async () => {
  const prepared: string[] = []
  let error = new Error('none')
  await deployed(async () => {
    const { prepareStackTrace } = Error
    Error.prepareStackTrace = (made) => {
      prepared.push(String(made))
      return ''
    }
    network()
    Error.prepareStackTrace = prepareStackTrace
    error = new Error('of the program')
    return {}
  })
  expect(prepared).toEqual([])
  expect(error.stack).toContain('lean-runtime.test.ts')
})

it('tells a program’s messages, but for those of debugging', async () => {
  const messages: Message[] = []
  const program = async () => {
    await pulumi.log.debug('for nobody')
    await pulumi.log.info('for whoever asks')
    return {}
  }
  await deployed(program, { onMessage: (message) => messages.push(message) })
  expect(messages).toEqual([{ severity: 'info', text: 'for whoever asks' }])
})

it('a program with hooks starts no server, and a hook is told what is made, and may refuse it', async () => {
  const target = vi.spyOn(callbacks.CallbackServer.prototype as unknown as { invoke(): void }, 'invoke')
  const told: unknown[] = []
  const hook = (refusal?: string) => async (args: pulumi.ResourceHookArgs) => {
    told.push([args.name, args.newInputs?.cidrBlock])
    if (refusal) throw new Error(refusal)
  }
  await deployed(async () => ({ id: network({ hooks: { beforeCreate: [hook()] } }).id }))
  expect(told).toEqual([['net', '10.0.0.0/16']])
  await expect(
    deployed(async () => ({ id: network({ hooks: { beforeCreate: [hook('not today')] } }).id })),
  ).rejects.toThrow('not today')
  expect(target).not.toHaveBeenCalled()
  target.mockRestore()
})
