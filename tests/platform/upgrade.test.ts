/** One of the upgrades that `npm run test:deployments` tries: of the sample stacks, as the first version deployed them. */
import { expect, it } from 'vitest'
import { ACCEPTED } from '../upgrade/accepted.ts'
import { fixtureNames, readFixture } from '../upgrade/fixture.ts'
import { upgrade } from '../upgrade/upgrade.ts'

it('an upgrade of the sample stacks replaces and deletes nothing', async () => {
  const [version = ''] = fixtureNames()
  const sample = readFixture(version).find(({ variant }) => variant === 'sample')
  if (!sample) throw new Error(`${version} has no sample`)
  const { losses, updated } = await upgrade(sample)
  expect(losses.filter((loss) => !(ACCEPTED[version] ?? []).some(({ of }) => of.test(loss)))).toEqual([])
  // Something is changed in place: the programs were run over what was there.
  expect(updated).not.toEqual([])
})
