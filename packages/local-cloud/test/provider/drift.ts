/** What was changed or taken away behind Pulumi's back, for everything that the programs declare: a refresh sees it, an up puts it back. */
import type { ServiceError } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Declared, Properties } from '../../src/ledger/ledger.ts'
import { canonical, isSame } from '../../src/resource/declare.ts'
import { diff, read, update } from '../../src/testing/provider-calls.ts'
import { changesOf } from './changes.ts'
import { type Fixture, openFixture } from './provider-fixture.ts'
import { kinds, nameOf, type World } from './world.ts'

/** Files are sent as assets; what is said of one here is how it is kept. */
const withoutFiles = (inputs: Properties): Properties => {
  const entries = Object.entries(inputs).filter(([, value]) => !JSON.stringify(value).includes('"sha256"'))
  return Object.fromEntries(entries)
}

export const drift = (all: readonly World[]) =>
  describe('drift', () => {
    const stands: Fixture[] = []
    beforeAll(async () => {
      for (const world of all) stands.push(await openFixture(world))
    })
    afterAll(() => Promise.all(stands.map((fixture) => fixture.close())))

    async function drifted(fixture: Fixture, resource: Declared, inputs: Properties): Promise<void> {
      const outputs = { ...resource.outputs }
      for (const [name, value] of Object.entries(inputs))
        if (!isSame(value, resource.inputs[name])) outputs[name] = value
      await fixture.ledger.put({ ...resource, inputs, outputs })
    }

    it('of every input is read, shown as a change, and put back by an update where AWS can', async () => {
      const wrong: string[] = []
      const refused = new Set<string>()
      let asked = 0
      for (const [index, { resources }] of all.entries()) {
        const fixture = stands[index]
        for (const resource of kinds(resources)) {
          const { type, urn, id, account, inputs } = resource
          if (!fixture || canonical(withoutFiles(inputs)) !== canonical(inputs)) continue
          const client = fixture.client(account)
          for (const [path, changed] of changesOf(inputs)) {
            asked += 1
            const where = `${nameOf(resource)} (${type}): ${path}`
            await drifted(fixture, resource, changed)
            const found = await read(client, type, nameOf(resource), id, inputs, urn)
            if (canonical(found.inputs) !== canonical(changed)) wrong.push(`${where} is not read`)
            const { changes, replaces } = await diff(client, type, found.inputs, inputs)
            if (!changes) wrong.push(`${where} is not shown`)
            if (replaces.length === 0) {
              const olds = found.inputs
              try {
                await update(client, type, nameOf(resource), { id, olds, news: inputs, urn })
              } catch (error) {
                refused.add(`${type} ${path}: ${(error as ServiceError).details}`)
                await fixture.ledger.put(resource)
                continue
              }
              const back = fixture.ledger.byUrn(urn)
              if (canonical(back?.inputs) !== canonical(inputs)) wrong.push(`${where} is not put back`)
              if (canonical(back?.outputs) !== canonical(resource.outputs)) wrong.push(`${where}: other outputs`)
            }
            await fixture.ledger.put(resource)
          }
        }
      }
      expect(wrong).toEqual([])
      // An attribute of users stays once it is there; a service that somebody is connected to, behind what it is.
      expect([...refused]).toEqual([
        'aws:cognito/userPool:UserPool schemas: InvalidSchemaChange: cannot modify or remove schema items',
        'aws:ec2/vpcEndpointService:VpcEndpointService networkLoadBalancerArns: ExistingVpcEndpointConnections: Service has existing active VPC Endpoint connections!',
      ])
      expect(asked).toBeGreaterThan(500)
    })

    it('of everything that is gone is read as gone', async () => {
      for (const [index, { resources }] of all.entries())
        for (const resource of resources) {
          const fixture = stands[index]
          if (!fixture) continue
          const { type, urn, id, account, inputs } = resource
          await fixture.ledger.delete(urn)
          expect((await read(fixture.client(account), type, '', id, withoutFiles(inputs), urn)).id, urn).toBe('')
          await fixture.ledger.put(resource)
        }
    })
  })
