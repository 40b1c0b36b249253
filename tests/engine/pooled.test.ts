/** Two tenants in one account by the Pulumi CLI: previewed, deployed, refused what an account has once, and destroyed one by one. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callers } from '../deployments/callers.ts'
import { type DeployedByCli, deployByCli } from '../deployments/deploy.ts'
import { ofStack } from '../deployments/while-served.ts'
import { cli } from './cli.ts'

const ACCOUNT = '222222222222'
/** Of the first tenant, whose account it is; what the second says has to move it there. */
const POOLED = { sharedAccount: 'true', limits: '{"tenant":{"tokensPerMinute":1000000}}' }
const MOVED = { ...POOLED, account: ACCOUNT, roleArn: `arn:aws:iam::${ACCOUNT}:role/genai-deployer` }
const [FIRST, SECOND] = ['spoke-tenant1', 'spoke-tenant2'] as const
const quiet = { color: 'never' } as const

describe.skipIf(!cli)('two tenants in one account, by the CLI', () => {
  let deployed: DeployedByCli
  let clients: ReturnType<typeof callers>
  beforeAll(async () => {
    if (!cli) return
    deployed = await deployByCli(cli, { delayMilliseconds: 0 }, { [FIRST]: POOLED, [SECOND]: MOVED })
    clients = callers(deployed, deployed.hub)
  })
  afterAll(async () => {
    await deployed?.close()
  })

  const inAccount = () => deployed.cloud.ledger.all().filter(({ account }) => account === ACCOUNT)
  const served = async (tenant: string) => {
    const { status, body } = await clients.invoke(tenant)
    expect([status, body]).toEqual([200, expect.stringContaining(ACCOUNT)])
  }
  const refused = async (stack: string, changes: Readonly<Record<string, string | undefined>>, says: RegExp) => {
    const { version } = deployed.cloud.ledger
    expect(await deployed.refused(stack, changes)).toMatch(says)
    expect(deployed.cloud.ledger.version).toBe(version)
  }

  it('are both served from it, and a preview of either changes nothing', async () => {
    for (const tenant of ['tenant1', 'tenant2']) await served(tenant)
    for (const name of [FIRST, SECOND]) {
      const { changeSummary } = await (await deployed.engine.stack(name)).preview(quiet)
      // References to other stacks are read each time.
      expect(Object.keys(changeSummary).filter((what) => what !== 'read')).toEqual(['same'])
    }
  })

  it('are refused by their stack files when one of them takes back its word', async () => {
    await refused(
      SECOND,
      { sharedAccount: undefined },
      /account 222222222222 is used by 2 tenants: .*sharedAccount true/,
    )
  })

  it('are refused by what is deployed when the other’s stack file is elsewhere', async () => {
    const file = join(deployed.project, `Pulumi.${FIRST}.yaml`)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, 'config: {}\n')
    try {
      await refused(SECOND, { sharedAccount: undefined }, /Account 222222222222 has the tenant tenant1 already/)
      await deployed.up(SECOND)
    } finally {
      writeFileSync(file, text)
    }
  })

  it('have one invocation log: the second is refused it, by name', async () => {
    await deployed.up(FIRST, { modelInvocationLogging: 'true' })
    const file = join(deployed.project, `Pulumi.${FIRST}.yaml`)
    const text = readFileSync(file, 'utf8')
    await refused(SECOND, { modelInvocationLogging: 'true' }, /have modelInvocationLogging in one account/)
    writeFileSync(file, 'config: {}\n')
    try {
      await refused(SECOND, { modelInvocationLogging: 'true' }, /tenant1 has it in account 222222222222 already/)
    } finally {
      writeFileSync(file, text)
    }
  })

  it('go one by one: while the first is destroyed, every request of the other is answered', async () => {
    await served('tenant2')
    const shares = await clients.during(['tenant2'], async () => {
      await (await deployed.engine.stack(FIRST)).destroy(quiet)
    })
    expect(shares.get('tenant2')).toMatchObject({ failed: [], outageMilliseconds: 0 })
    expect(shares.get('tenant2')?.answered).toBeGreaterThan(5)
    expect(ofStack(deployed, FIRST)).toEqual([])
    expect(new Set(inAccount().map(({ urn }) => urn.split(':')[2]))).toEqual(new Set([SECOND]))
  })
})
