/** The options by which a program, or who deploys it, says how a resource is to be treated: through the real engine. */

import type { Declared } from '@genai/local-cloud/ledger/ledger'
import * as aws from '@pulumi/aws'
import type { CustomResourceOptions } from '@pulumi/pulumi'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'
import { smallStack, unbounded } from './small-stack.ts'

const quiet = { color: 'never' } as const
const GROUP = 'aws:cloudwatch/logGroup:LogGroup'

describe.skipIf(!cli)('resource options', () => {
  let engine: Engine
  beforeAll(async () => {
    if (cli) engine = await startEngine(cli, { delayMilliseconds: 0, organization: unbounded })
  })
  afterAll(async () => {
    await engine?.close()
  })

  interface Wanted {
    readonly name?: string
    readonly group?: string
    readonly retention?: number
    readonly tag?: string
    readonly options?: CustomResourceOptions
  }

  /** A log group, and a metric filter that hangs on it. */
  const deploy = (stack: string, { name = 'one', group, retention = 7, tag = 'a', options = {} }: Wanted) =>
    smallStack(cli, engine, stack, (provider) => {
      const made = new aws.cloudwatch.LogGroup(
        name,
        { ...(group !== undefined && { name: group }), retentionInDays: retention, tags: { tag } },
        { provider, ...options },
      )
      new aws.cloudwatch.LogMetricFilter(
        'filter',
        {
          name: 'filter',
          logGroupName: made.name,
          pattern: '',
          metricTransformation: { name: 'm', namespace: 'n', value: '1' },
        },
        { provider },
      )
    })

  const up = async (stack: string, wanted: Wanted, options: object = {}) =>
    (await (await deploy(stack, wanted)).up({ ...quiet, ...options })).summary.resourceChanges

  const groups = (stack: string): readonly Declared[] =>
    engine.cloud.ledger.all(GROUP).filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))

  it('ignoreChanges leaves a change out, and what was drifted as it is', async () => {
    await up('ignored', { retention: 7 })
    expect(await up('ignored', { retention: 14, options: { ignoreChanges: ['retentionInDays'] } })).toEqual({ same: 4 })
    expect(groups('ignored')).toMatchObject([{ inputs: { retentionInDays: 7 } }])
  })

  it('replaceOnChanges replaces for what would be updated; the new one is made first, unless told otherwise', async () => {
    await up('replaced', { tag: 'a' })
    const order: string[] = []
    const watch = (from: number) =>
      engine.events
        .slice(from)
        .flatMap((event) => (event.kind === 'change' && event.type === GROUP ? [event.operation] : []))
    let from = engine.events.length
    expect(await up('replaced', { tag: 'b', options: { replaceOnChanges: ['tags'] } })).toMatchObject({ replace: 2 })
    order.push(...watch(from))
    from = engine.events.length
    await up('replaced', { tag: 'c', options: { replaceOnChanges: ['tags'], deleteBeforeReplace: true } })
    order.push(...watch(from))
    expect(order).toEqual(['create', 'delete', 'delete', 'create'])
    expect(groups('replaced')).toMatchObject([{ inputs: { tags: { tag: 'c' } } }])
  })

  it('an alias renames what is there; without one it is another', async () => {
    await up('renamed', { group: '/renamed' })
    const [before] = groups('renamed')
    expect(await up('renamed', { name: 'two', group: '/renamed', options: { aliases: [{ name: 'one' }] } })).toEqual({
      same: 4,
    })
    // The engine knows it by its new name from now on: updated, read and deleted by it.
    await up('renamed', { name: 'two', group: '/renamed', retention: 30 }, { refresh: true })
    expect(groups('renamed')).toMatchObject([{ id: before?.id, inputs: { retentionInDays: 30 } }])
    await (await deploy('renamed', { name: 'two', group: '/renamed' })).destroy(quiet)
    expect(groups('renamed')).toEqual([])
  })

  it('protect refuses to delete; retainOnDelete leaves it on AWS, to be imported again', async () => {
    await up('kept', { group: '/kept', options: { protect: true } })
    await expect((await deploy('kept', { group: '/kept' })).destroy(quiet)).rejects.toThrow(/protected/)
    expect(groups('kept')).toHaveLength(1)
    await up('kept', { group: '/kept', options: { retainOnDelete: true } })
    await (await deploy('kept', { group: '/kept' })).destroy(quiet)
    expect(groups('kept')).toMatchObject([{ id: '/kept' }])
    await expect(up('kept', { group: '/kept' })).rejects.toThrow(/ResourceAlreadyExistsException/)
    expect(await up('kept', { group: '/kept', options: { import: '/kept' } })).toMatchObject({ import: 1 })
  })

  it('what the state forgets is not deleted: AWS has it, and refuses a second one', async () => {
    await up('forgotten', { group: '/forgotten' })
    const stack = await deploy('forgotten', { group: '/forgotten' })
    const state = await stack.exportStack()
    const resources = state.deployment.resources as { readonly type: string }[]
    const left = resources.filter(({ type }) => !type.startsWith('aws:cloudwatch/'))
    await stack.importStack({ ...state, deployment: { ...state.deployment, resources: left } })
    await expect(up('forgotten', { group: '/forgotten' })).rejects.toThrow(/ResourceAlreadyExistsException/)
    expect(groups('forgotten')).toHaveLength(1)
  })

  it('only what is targeted is changed, or replaced', async () => {
    await up('targeted', { group: '/targeted' })
    const [before] = groups('targeted')
    const filter = engine.cloud.ledger
      .all('aws:cloudwatch/logMetricFilter:LogMetricFilter')
      .find(({ urn }) => urn.startsWith('urn:pulumi:targeted::'))
    const changed = { group: '/targeted', retention: 30 }
    expect(await up('targeted', changed, { target: [filter?.urn ?? ''] })).toEqual({ same: 4 })
    expect(groups('targeted')).toEqual([before])
    const replaced = await up('targeted', changed, { replace: [filter?.urn ?? ''] })
    expect(replaced).toMatchObject({ replace: 1, update: 1 })
  })

  it('another region is another provider: everything is made there, and gone here', async () => {
    await up('moved', { group: '/moved' })
    const stack = await smallStack(
      cli,
      engine,
      'moved',
      (provider) => new aws.cloudwatch.LogGroup('one', { name: '/moved', retentionInDays: 7 }, { provider }),
      'us-west-2',
    )
    await stack.up(quiet)
    expect(groups('moved')).toMatchObject([{ id: '/moved', region: 'us-west-2' }])
    await stack.up({ ...quiet, refresh: true, expectNoChanges: true })
  })
})
