/** What the in-process engine sees of a program: values, providers, options, hooks. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAuthorize } from '../../iam/authorize.ts'
import { Ledger } from '../../ledger/ledger.ts'
import { organization } from '../../testing/organization.ts'
import { deploy, type Stack } from './in-process.ts'

const HUB = '111111111111'
const stack = (name: string): Stack => ({
  project: 'demo',
  stack: name,
  config: { 'pulumi:disable-default-providers': '["aws"]' },
})

let ledger: Ledger
beforeEach(() => {
  ledger = new Ledger()
})

const run = (program: (provider: aws.Provider) => unknown, name = 'a') =>
  deploy({ ledger, organization, createAuthorize }, stack(name), async () => {
    const provider = new aws.Provider('p', { region: 'us-east-1', allowedAccountIds: [HUB] })
    return (await program(provider)) as Record<string, unknown>
  })

const trust = (principal: object, actions: string[] = ['sts:AssumeRole'], condition?: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: actions, ...(condition && { Condition: condition }) }],
  })

describe('values', () => {
  it('arrive plain, secrets unwrapped, and go back to the program as secrets', async () => {
    const seen = await run(async (provider) => {
      const vpc = new aws.ec2.Vpc('vpc', { cidrBlock: pulumi.secret('10.0.0.0/16') }, { provider })
      // Known to be part of every Output, though not of its type.
      const isSecret = (output: pulumi.Output<unknown>) =>
        (output as unknown as { isSecret: Promise<boolean> }).isSecret
      return { cidrBlock: await isSecret(vpc.cidrBlock), arn: await isSecret(vpc.arn) }
    })
    expect(ledger.all()[0]?.inputs.cidrBlock).toBe('10.0.0.0/16')
    expect(seen).toEqual({ cidrBlock: true, arn: false })
  })

  it('keep an archive by its entries, with a hash that only their content changes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'archive-'))
    const file = join(directory, 'index.mjs')
    const program = (text: string) => (provider: aws.Provider) => {
      const assumeRolePolicy = trust({ Service: 'lambda.amazonaws.com' })
      const role = new aws.iam.Role('role', { assumeRolePolicy }, { provider })
      new aws.lambda.Function(
        'f',
        {
          role: role.arn,
          runtime: 'nodejs24.x',
          handler: 'index.handler',
          code: new pulumi.asset.AssetArchive({
            'index.mjs': new pulumi.asset.FileAsset(file),
            'note.txt': new pulumi.asset.StringAsset(text),
          }),
        },
        { provider },
      )
      return {}
    }
    const deployed = async (content: string, text: string) => {
      writeFileSync(file, content)
      await run(program(text))
      return ledger.all('aws:lambda/function:Function')[0]?.outputs
    }
    const first = await deployed('export {}', 'one')
    expect(first?.code).toMatchObject({
      archive: 'entries',
      entries: { 'index.mjs': { asset: 'file', path: file }, 'note.txt': { asset: 'text', text: 'one' } },
    })
    expect((await deployed('export {}', 'one'))?.codeSha256).toBe(first?.codeSha256)
    expect((await deployed('export {}', 'two'))?.codeSha256).not.toBe(first?.codeSha256)
    expect((await deployed('export default 1', 'one'))?.codeSha256).not.toBe(first?.codeSha256)
  })
})

describe('options', () => {
  const vpc = (cidrBlock: string, options: pulumi.CustomResourceOptions) => (provider: aws.Provider) => {
    const made = new aws.ec2.Vpc('vpc', { cidrBlock, tags: { a: cidrBlock } }, { provider, ...options })
    return { id: made.id }
  }

  it('ignoreChanges keeps what was there', async () => {
    const first = await run(vpc('10.0.0.0/16', {}))
    expect(await run(vpc('10.1.0.0/16', { ignoreChanges: ['cidrBlock'] }))).toEqual(first)
    expect(ledger.all()[0]?.inputs).toMatchObject({ cidrBlock: '10.0.0.0/16', tags: { a: '10.1.0.0/16' } })
  })

  it('that the in-process engine does not have are refused by name', async () => {
    await expect(run(vpc('10.0.0.0/16', { import: 'vpc-0' }))).rejects.toThrow('the option "import" (on vpc)')
    await expect(run(vpc('10.0.0.0/16', { ignoreChanges: ['tags.a'] }))).rejects.toThrow(
      '"tags.a", a path into an input',
    )
    await run(vpc('10.0.0.0/16', {}))
    const renamed = (provider: aws.Provider) => {
      new aws.ec2.Vpc('other', { cidrBlock: '10.0.0.0/16' }, { provider, aliases: [{ name: 'vpc' }] })
      return {}
    }
    await expect(run(renamed)).rejects.toThrow('aliases for urn:pulumi:a::demo::aws:ec2/vpc:Vpc::vpc')
    const afterCreate = { hooks: { afterCreate: [async () => undefined] } }
    await expect(run(vpc('10.0.0.0/16', afterCreate))).rejects.toThrow(
      'other hooks than beforeCreate and afterUpdate (on vpc)',
    )
  })

  it('hooks.beforeCreate runs before a creation only, and may refuse it', async () => {
    const ran: string[] = []
    const hooks = { beforeCreate: [async ({ urn }: pulumi.ResourceHookArgs) => void ran.push(urn)] }
    await run(vpc('10.0.0.0/16', { hooks }))
    await run(vpc('10.0.0.0/16', { hooks }))
    expect(ran).toEqual(['urn:pulumi:a::demo::aws:ec2/vpc:Vpc::vpc'])
    const refusing = () => Promise.reject(new Error('somebody else has it'))
    const program = vpc('10.0.0.0/16', { hooks: { beforeCreate: [refusing] } })
    await expect(run(program, 'b')).rejects.toThrow('somebody else has it')
    expect(ledger.all()).toHaveLength(1)
  })

  it('hooks.afterUpdate put the steps of a deployment in order: there is one here, and nothing waits', async () => {
    const afterUpdate = () => Promise.reject(new Error('was not to run'))
    for (const cidrBlock of ['10.0.0.0/16', '10.1.0.0/16'])
      await run(vpc(cidrBlock, { ignoreChanges: ['cidrBlock'], hooks: { afterUpdate: [afterUpdate] } }))
    expect(ledger.all().map(({ inputs }) => inputs.tags)).toEqual([{ a: '10.1.0.0/16' }])
  })

  it('a hook may ask whether something exists while its resource waits for it', async () => {
    await run(vpc('10.0.0.0/16', {}))
    const id = ledger.all()[0]?.id ?? ''
    const seen: boolean[] = []
    await run((provider) => {
      const beforeCreate = async () => {
        const exists = pulumi.runtime.existsResource('aws:ec2/vpc:Vpc', id, {}, { provider })
        seen.push(await new Promise<boolean>((resolve) => exists.apply(resolve)))
      }
      new aws.ec2.Vpc('second', { cidrBlock: '10.1.0.0/16' }, { provider, hooks: { beforeCreate: [beforeCreate] } })
      return {}
    }, 'b')
    expect(seen).toEqual([true])
  })

  it('a resource can be asked for that another stack made', async () => {
    await run(vpc('10.0.0.0/16', {}))
    const id = ledger.all()[0]?.id ?? ''
    const seen = await run(async (provider) => {
      const exists = (name: string) => pulumi.runtime.existsResource('aws:ec2/vpc:Vpc', name, {}, { provider })
      const found = aws.ec2.Vpc.get('found', id, {}, { provider })
      return { there: exists(id), notThere: exists('vpc-0'), cidrBlock: found.cidrBlock }
    }, 'b')
    expect(seen).toEqual({ there: true, notThere: false, cidrBlock: '10.0.0.0/16' })
    expect(ledger.all()).toHaveLength(1)
  })
})

describe('assumed roles', () => {
  const ONBOARDING = `arn:aws:iam::${HUB}:role/onboarding`
  const roleWith = (assumeRolePolicy: string) => (provider: aws.Provider) => {
    new aws.iam.Role('onboarding', { name: 'onboarding', assumeRolePolicy }, { provider })
    return {}
  }
  const identity = (tags?: Record<string, string>) =>
    deploy({ ledger, organization, createAuthorize }, stack('spoke'), async () => {
      const assumeRoles = [{ roleArn: ONBOARDING, sessionName: 'spoke', ...(tags && { tags }) }]
      const provider = new aws.Provider('hub', { region: 'us-east-1', allowedAccountIds: [HUB], assumeRoles })
      return { arn: (await aws.getCallerIdentity({}, { provider })).arn }
    })
  const deployer = { AWS: organization.deployerRoleArn }

  it('are decided by the trust policy of a role that another stack declares, session tags included', async () => {
    await expect(identity()).rejects.toThrow(`is not authorized to perform: sts:AssumeRole on resource: ${ONBOARDING}`)
    await run(roleWith(trust({ AWS: `arn:aws:iam::222222222222:role/genai-deployer` })), 'hub')
    await expect(identity()).rejects.toThrow('is not authorized to perform: sts:AssumeRole')
    await run(roleWith(trust(deployer)), 'hub')
    expect(await identity()).toEqual({ arn: `arn:aws:sts::${HUB}:assumed-role/onboarding/spoke` })
    await expect(identity({ tenant_id: 'tenant1' })).rejects.toThrow('is not authorized to perform: sts:TagSession')
    const tagged = trust(deployer, ['sts:AssumeRole', 'sts:TagSession'], {
      StringLike: { 'aws:RequestTag/tenant_id': 't*' },
    })
    await run(roleWith(tagged), 'hub')
    await identity({ tenant_id: 'tenant1' })
    await expect(identity({ tenant_id: 'other' })).rejects.toThrow('AccessDenied')
  })

  it('begin with a profile that the machine has', async () => {
    const program = (profile: string) => () =>
      deploy({ ledger, organization }, stack('spoke'), async () => {
        const provider = new aws.Provider('p', { region: 'us-east-1', profile })
        return { account: (await aws.getCallerIdentity({}, { provider })).accountId }
      })
    expect(await program('genai-tenant1')()).toEqual({ account: '222222222222' })
    await expect(program('nobody')()).rejects.toThrow('failed to get shared config profile, nobody')
  })
})
