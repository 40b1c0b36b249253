/** `tenant plan --aws` in a shell as it is with AWS: what the real CLI's `pulumi preview --json` says, of a hub that is deployed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantPlan } from '../../cli/tenant/plan/facts.ts'
import { openShells, type Shells } from '../journey/shells.ts'
import { cli } from './cli.ts'

const ADD = 'tenant3 --account 444444444444 --model nova-2-lite=us.amazon.nova-2-lite-v1:0'
const PLAN = 'node cli/main.ts tenant plan tenant3'

describe.skipIf(!cli)('tenant plan --aws', () => {
  let shells: Shells
  beforeAll(async () => {
    if (!cli) return
    shells = openShells(cli)
    await shells.serve()
    await shells.aws.succeed(`node cli/main.ts tenant add ${ADD}`)
  })
  afterAll(async () => {
    await shells?.close()
  })

  const planned = async (flags = ''): Promise<TenantPlan> =>
    JSON.parse(await shells.aws.succeed(`${PLAN} ${flags} --aws --json`))

  it('says what is in the way, with exit code 1: a stack that nobody has made, a hub that is not deployed', async () => {
    const none = await shells.aws.run(`${PLAN} --aws`)
    expect(none.code).toBe(1)
    expect(none.stdout).toMatch(
      /## What is in the way\n\n- pulumi preview of spoke-tenant3 failed: .*no stack named 'spoke-tenant3'.* pulumi stack init spoke-tenant3/,
    )
    await shells.aws.succeed('pulumi stack init spoke-tenant3')
    const early = await shells.aws.run(`${PLAN} --aws`)
    expect(early.code).toBe(1)
    // The program's own words, out of the diagnostics of the preview.
    expect(early.stdout).toMatch(/pulumi preview of spoke-tenant3 failed: .*The hub's stack .* Deploy the hub first/)
  })

  it('has the changes by account from the preview, and says that of the hub nothing changes', async () => {
    await shells.aws.succeed('pulumi stack init hub && pulumi up --yes -s hub')
    const before = shells.deployed().toSorted()
    const { problems, facts } = await planned()
    expect(problems).toEqual([])
    expect(facts?.changes).toMatchObject({ from: 'pulumi preview', ofHubStack: 0 })
    const [tenant, hub] = facts?.changes.accounts ?? []
    expect(tenant).toMatchObject({
      account: '444444444444',
      whose: 'tenant',
      made: { Vpc: 1, VpcEndpoint: 1, VpcAttachment: 1 },
    })
    expect(hub).toMatchObject({
      account: '111111111111',
      whose: 'hub',
      made: { Function: 1, ListenerRule: 1, VpcAttachmentAccepter: 1 },
    })
    expect(facts?.paths.filter(({ open }) => open).map(({ to }) => to)).toContain('model endpoint of tenant3')
    // The same as without accounts, where they are found out in memory.
    const rehearsed: TenantPlan = JSON.parse(await shells.aws.succeed(`${PLAN} --json`))
    expect({ ...facts?.changes, from: 'rehearsal' }).toEqual(rehearsed.facts?.changes)
    expect(shells.deployed().toSorted()).toEqual(before)
    const page = await shells.aws.succeed(`${PLAN} --aws`)
    expect(page).toContain('As `pulumi preview --json` says.')
    expect(page).toContain('The hub’s stack: nothing.')
  })

  it('says so when the hub’s stack is behind its file', async () => {
    await shells.aws.succeed('pulumi config set wafRateLimit 1234 -s hub')
    expect((await planned()).facts?.changes.ofHubStack).toBeGreaterThan(0)
  })
})
