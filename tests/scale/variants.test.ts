/** Every variant is deployed, is deployed again without a change, and goes, in this process; each call is evaluated for whoever makes it. */
import type { PermissionEvent } from '@genai/local-cloud/engine/control-plane'
import { destroy } from '@genai/local-cloud/engine/in-process/in-process'
import { createAuthorize } from '@genai/local-cloud/iam/authorize'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import { describe, expect, it } from 'vitest'
import { localImages } from '../../cli/local/gateway-image.ts'
import { withSettings } from '../../cli/pulumi/stack-files.ts'
import { organization as sample } from '../../sample-organization.ts'
import { TOLD } from '../../shared/gateway-settings.ts'
import { HUB_TABLE } from '../../shared/settings/hub-table.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'
import { deployToday } from '../upgrade/deployed.ts'
import { stacksOf, VARIANTS, type Variant } from '../upgrade/variants.ts'

const GIVEN_UP = /VpcAttachmentAccepter::lane#.*#retained$/

async function live({ organization, stacks: settings }: Variant): Promise<readonly PermissionEvent[]> {
  const asked: PermissionEvent[] = []
  const ledger = new Ledger()
  const cloud = {
    ledger,
    organization: { ...sample, ...organization, images: await localImages() },
    createAuthorize,
    evaluated: { observe: (event: PermissionEvent) => void asked.push(event) },
  }
  const stacks = stacksOf(settings).map((stack) =>
    stack.stack === 'hub' ? withSettings(stack, { deletionProtection: false }) : stack,
  )
  for (const stack of stacks) await deployToday(cloud, stack)
  const { version } = ledger
  for (const stack of stacks) await deployToday(cloud, stack)
  expect(ledger.version).toBe(version)
  for (const { project, stack } of stacks.toReversed()) await destroy(cloud, { project, stack })
  // With attachmentDeletion: owner an accepter is given up. It goes with its attachment, which the cloud sees to, and not a bare ledger.
  expect(
    ledger
      .all()
      .map(({ urn }) => urn)
      .filter((urn) => !GIVEN_UP.test(urn)),
  ).toEqual([])
  return asked
}

describe('a variant is deployed, stays as it is, and goes', () => {
  it.each(Object.entries(VARIANTS))('%s', async (_, variant) => {
    const asked = await live(variant)
    expect(asked.filter(({ allowed }) => !allowed)).toEqual([])
    // Whoever deploys the hub, whoever deploys a tenant's account, and the onboarding role.
    const who = new Set(asked.map(({ session }) => session.roleArn.split('/').at(-1)))
    expect([...who]).toEqual(expect.arrayContaining(['platform-deployer', 'genai-deployer', 'genai-onboarding']))
  })

  it('every setting is in one of them, but for who deploys and what only a gateway is told', () => {
    const set = new Set(
      Object.values(VARIANTS).flatMap(({ stacks }) =>
        stacksOf(stacks).flatMap(({ config }) => Object.keys(config).map((key) => key.split(':').at(-1) ?? '')),
      ),
    )
    const wanted = [...Object.keys(HUB_TABLE), ...Object.keys(SPOKE_TABLE)].filter((name) => !(name in TOLD))
    expect(wanted.filter((name) => !set.has(name)).sort()).toEqual(Object.keys(ELSEWHERE).sort())
  })
})

/** Settings that are in no variant, and where they are tried instead. Any other is added to tests/upgrade/variants.ts. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  leavingZone: 'a zone that the hub is about to leave: tests/deployments/setting-changes.ts',
  hubStack: 'another hub: tests/scale/cells.test.ts',
  hubRoleArn: 'who deploys: shared/aws-sign-in.test.ts',
  hubProfile: 'who deploys: shared/aws-sign-in.test.ts',
  gatewayImage: 'an image that stays at a version: spoke/preflight/image.test.ts',
}
