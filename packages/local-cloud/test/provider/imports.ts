/** Everything that the programs declare is imported by the id that the provider's documentation gives for its type. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resourceTypes, rowOf } from '../../src/aws/registry.ts'
import type { Declared } from '../../src/ledger/ledger.ts'
import { importedBy } from '../../src/resource/import-id.ts'
import { read } from '../../src/testing/provider-calls.ts'
import { type Fixture, openFixture } from './provider-fixture.ts'
import { nameOf, type World } from './world.ts'

const VALIDATION = 'aws:acm/certificateValidation:CertificateValidation'

/** Of whose import the documentation says nothing. */
const NOT_IMPORTED = [
  VALIDATION,
  'aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple',
  'aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification',
]

/** Of the documentation, for the types whose import names something else than the resource's own id. */
const DOCUMENTED: Readonly<Record<string, (resource: Declared) => string>> = {
  'aws:appautoscaling/policy:Policy': ({ inputs }) =>
    [inputs.serviceNamespace, inputs.resourceId, inputs.scalableDimension, inputs.name].join('/'),
  'aws:appautoscaling/target:Target': ({ inputs }) =>
    [inputs.serviceNamespace, inputs.resourceId, inputs.scalableDimension].join('/'),
  'aws:bedrock/guardrail:Guardrail': ({ outputs }) => `${outputs.guardrailId},DRAFT`,
  'aws:cloudwatch/eventTarget:EventTarget': ({ inputs }) => `${inputs.rule}/${inputs.targetId}`,
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': ({ inputs }) => `${inputs.logGroupName}:${inputs.name}`,
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': ({ inputs }) => `${inputs.logGroup}|${inputs.name}`,
  'aws:cognito/userPoolClient:UserPoolClient': ({ inputs, id }) => `${inputs.userPoolId}/${id}`,
  'aws:dynamodb/tableItem:TableItem': ({ id, inputs }) => [inputs.tableName, ...id.split('|').slice(-2)].join(','),
  'aws:ec2/route:Route': ({ inputs }) => `${inputs.routeTableId}_${inputs.destinationCidrBlock}`,
  'aws:ec2/routeTableAssociation:RouteTableAssociation': ({ inputs }) => `${inputs.subnetId}/${inputs.routeTableId}`,
  'aws:ecs/cluster:Cluster': ({ inputs }) => String(inputs.name),
  'aws:ecs/service:Service': ({ id }) => id.split(':service/')[1] ?? '',
  'aws:ecs/taskDefinition:TaskDefinition': ({ outputs }) => String(outputs.arn),
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': ({ inputs }) => `${inputs.role}/${inputs.policyArn}`,
  'aws:lambda/permission:Permission': ({ inputs, id }) => `${inputs.function}/${id}`,
  'aws:lb/targetGroupAttachment:TargetGroupAttachment': ({ inputs }) => `${inputs.targetGroupArn},${inputs.targetId}`,
  'aws:route53/record:Record': ({ inputs, outputs }) => `${inputs.zoneId}_${outputs.fqdn}_${inputs.type}`,
  'aws:wafv2/ipSet:IpSet': ({ id, inputs }) => `${id}/${inputs.name}/${inputs.scope}`,
  'aws:wafv2/webAcl:WebAcl': ({ id, inputs }) => `${id}/${inputs.name}/${inputs.scope}`,
}

const importId = (resource: Declared) => DOCUMENTED[resource.type]?.(resource) ?? resource.id

/** The examples in the package that the programs import. */
function examplesOf(type: string): readonly string[] {
  const home = dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'))
  const text = readFileSync(join(home, `${type.split(':')[1]}.d.ts`), 'utf8')
  return [...text.matchAll(/\$ pulumi import (\S+) \S+ (\S+)/g)].flatMap(([, of, id = '']) => (of === type ? [id] : []))
}

export const imports = (all: readonly World[]) =>
  describe('imports', () => {
    const stands: Fixture[] = []
    beforeAll(async () => {
      for (const world of all) stands.push(await openFixture(world))
    })
    afterAll(() => Promise.all(stands.map((fixture) => fixture.close())))

    it('take every id that the documentation of a type has as an example, and refuse what it cannot import', () => {
      for (const type of resourceTypes()) {
        const examples = examplesOf(type)
        // Routes to IPv6 networks and gateways' associations are not known here.
        for (const id of examples) expect(() => importedBy(rowOf(type), id), `${type} ${id}`).not.toThrow()
        if (examples.length === 0) expect(NOT_IMPORTED).toContain(type)
      }
      for (const type of NOT_IMPORTED) expect(() => importedBy(rowOf(type), 'x')).toThrow('cannot be imported')
    })

    it('find every declared resource, and answer its own id and what was declared', async () => {
      const wrong: string[] = []
      const found = new Set<string>()
      for (const [index, { resources }] of all.entries())
        for (const resource of resources) {
          const { type, account, id } = resource
          if (NOT_IMPORTED.includes(type)) continue
          const client = stands[index]?.client(account)
          const answer = client && (await read(client, type, 'imported', importId(resource)))
          if (answer?.id !== id)
            wrong.push(`${nameOf(resource)} (${type}) by ${importId(resource)}: ${answer?.id || 'nothing'}`)
          else found.add(type)
        }
      expect(wrong).toEqual([])
      expect(found.size).toBeGreaterThan(55)
    })

    it.each([
      ['aws:ec2/route:Route', 'r-rtb-0123456789', 'expected ROUTETABLE_DESTINATION'],
      ['aws:lambda/permission:Permission', 'AllowLoadBalancer', 'expected FUNCTION/STATEMENT'],
      ['aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'genai-onboarding', 'expected ROLE/POLICYARN'],
      ['aws:wafv2/webAcl:WebAcl', 'a1b2c3d4', 'expected ID/NAME/SCOPE'],
      [VALIDATION, 'x', 'cannot be imported'],
    ])('of another form are refused, naming the form: %s %s', async (type, id, message) => {
      const client = stands[0]?.client('111111111111')
      await expect(client && read(client, type, 'imported', id)).rejects.toThrow(message)
    })

    it('of what is not there, or is another account’s, find nothing', async () => {
      const vpc = all[0]?.resources.find(
        ({ type, account }) => type === 'aws:ec2/vpc:Vpc' && account === '222222222222',
      )
      const client = stands[0]?.client('111111111111')
      for (const [type, id] of [
        ['aws:ec2/vpc:Vpc', 'vpc-0'],
        ['aws:ec2/vpc:Vpc', vpc?.id ?? ''],
        ['aws:ec2/route:Route', 'rtb-0_10.0.0.0/8'],
        ['aws:lambda/permission:Permission', 'nobody/nothing'],
      ] as const)
        expect(client && (await read(client, type, 'imported', id)).id).toBe('')
    })
  })
