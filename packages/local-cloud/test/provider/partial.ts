/**
 * A creation is many calls. Whichever of them is refused, for every type: either nothing is there, or what is there was told
 * with its id, and the next update makes it what it was to be.
 */
import { describe, expect, it } from 'vitest'
import { resourceTypes } from '../../src/aws/registry.ts'
import { ambient } from '../../src/engine/configured-provider.ts'
import { create, type Made, update } from '../../src/engine/provider/changes.ts'
import { AwsError } from '../../src/errors.ts'
import type { Authorize } from '../../src/iam/authorize.ts'
import { type Declared, Ledger, type Properties } from '../../src/ledger/ledger.ts'
import { canonical } from '../../src/resource/declare.ts'
import { kinds, nameOf, type World } from './world.ts'

/** Calls that set something once the resource is there, and so leave it without when they are refused: by type, what is set. */
const SET_LATER: Readonly<Record<string, string>> = {
  'aws:cloudwatch/logGroup:LogGroup': 'retentionInDays',
  'aws:dynamodb/table:Table': 'pointInTimeRecovery ttl',
  'aws:ec2/internetGateway:InternetGateway': 'vpcId',
  'aws:ec2/subnet:Subnet': 'mapPublicIpOnLaunch',
  'aws:ec2/vpc:Vpc': 'enableDnsHostnames enableDnsSupport',
  'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter': 'tags',
  'aws:iam/instanceProfile:InstanceProfile': 'role',
  'aws:lambda/function:Function': 'reservedConcurrentExecutions',
  'aws:lb/listener:Listener': 'routingHttpResponse…',
  'aws:lb/loadBalancer:LoadBalancer':
    'accessLogs desyncMitigationMode dropInvalidHeaderFields enableDeletionProtection enforceSecurityGroupInboundRulesOnPrivateLinkTraffic idleTimeout',
  'aws:lb/targetGroup:TargetGroup': 'deregistrationDelay lambdaMultiValueHeadersEnabled loadBalancingAlgorithmType',
}

/** Everything else of the world is there; of the deployer's calls, one may be refused. */
class Attempt {
  readonly ledger: Ledger
  readonly actions: string[] = []
  readonly #resource: Declared
  readonly #world: World
  readonly #refused: number | undefined

  constructor(world: World, resource: Declared, refused?: number) {
    this.#world = world
    this.#resource = resource
    this.#refused = refused
    this.ledger = new Ledger(world.resources.filter((one) => one !== resource))
  }

  create(): Promise<Made> {
    const authorize: Authorize = async ({ action, session }) => {
      if (session === 'anonymous' || session.sessionName !== 'deployer') return { allowed: true }
      this.actions.push(action)
      if (this.actions.length - 1 !== this.#refused) return { allowed: true }
      return { allowed: false, layer: 'identity', layers: ['identity'], explicit: false, message: 'not authorized' }
    }
    return create({ ...this.#cloud, authorize }, this.#target, this.#resource.inputs)
  }

  resume({ id, inputs }: Pick<Declared, 'id' | 'inputs'>): Promise<Made> {
    return update(this.#cloud, this.#target, { id, inputs }, this.#resource.inputs)
  }

  get #cloud() {
    return { ledger: this.ledger, organization: this.#world.organization, uploads: '' }
  }

  get #target() {
    const { type, urn, account, region } = this.#resource
    return { type, urn, provider: { account, region, session: ambient(this.#world.organization) } }
  }
}

const said = ({ id, inputs, outputs }: Declared) => canonical({ id, inputs, outputs })

export const partialCreations = (all: readonly World[]) =>
  describe('a creation of which one call is refused', () => {
    it('leaves nothing, or what the state is told of; the next update makes up for it', async () => {
      const wrong: string[] = []
      const setLater = new Map<string, Set<string>>()
      const leftSomething = new Set<string>()
      const seen = new Set<string>()
      for (const world of all)
        for (const resource of kinds(world.resources)) {
          seen.add(resource.type)
          const whole = new Attempt(world, resource)
          const { resource: made, failure } = await whole.create()
          if (failure) throw failure
          for (const [index, action] of whole.actions.entries()) {
            const attempt = new Attempt(world, resource, index)
            const where = `${nameOf(resource)} (${resource.type}) without ${action}`
            const answer = await attempt.create().catch((error: unknown) => error)
            const there = attempt.ledger.byUrn(resource.urn)
            if (answer instanceof Error) {
              if (!(answer instanceof AwsError)) throw answer
              if (there) wrong.push(`${where}: is there, and lost`)
              continue
            }
            const partial = answer as Made
            if (!partial.failure || !there || said(there) !== said(partial.resource)) {
              wrong.push(`${where}: was made, and nothing said`)
              continue
            }
            leftSomething.add(resource.type)
            const missing = Object.keys(resource.inputs).filter((name) => !(name in there.inputs))
            for (const name of missing)
              setLater.set(
                resource.type,
                (setLater.get(resource.type) ?? new Set()).add(name.replace(/^(routingHttpResponse).*/, '$1…')),
              )
            const resumed = await attempt.resume(partial.resource)
            if (resumed.failure || said(resumed.resource) !== said(made)) wrong.push(`${where}: is not made up for`)
          }
        }
      expect(wrong).toEqual([])
      const found = [...setLater].map(([type, names]) => [type, [...names].sort().join(' ')])
      expect(Object.fromEntries(found)).toEqual(SET_LATER)
      // A creation ends in reading: who may not read has made it all the same.
      const unread = resourceTypes().filter((type) => seen.has(type) && !leftSomething.has(type))
      // Neither is read: the AWS provider has nothing to read.
      expect(unread).toEqual([
        'aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification',
        'aws:lambda/invocation:Invocation',
      ])
    })

    it.each<[string, string, Properties, string]>([
      [
        'aws:lb/loadBalancer:LoadBalancer',
        'a bucket that it may not write to',
        { accessLogs: { bucket: 'somebody-elses', enabled: true } },
        'InvalidConfigurationRequest',
      ],
      [
        'aws:ec2/internetGateway:InternetGateway',
        'a network that is not there',
        { vpcId: 'vpc-0' },
        'InvalidVpcID.NotFound',
      ],
      ['aws:iam/instanceProfile:InstanceProfile', 'a role that is not there', { role: 'nobody' }, 'NoSuchEntity'],
      [
        'aws:dynamodb/table:Table',
        'a recovery of more days than there can be',
        { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 36 } },
        'ValidationException',
      ],
    ])('is there when AWS refuses a later step: %s with %s', async (type, _, change, code) => {
      const [world] = all
      const declared = world?.resources.find((one) => one.type === type)
      if (!world || !declared) throw new Error(`no ${type}`)
      const resource = { ...declared, inputs: { ...declared.inputs, ...change } }
      const attempt = new Attempt({ ...world, resources: world.resources.filter((one) => one !== declared) }, resource)
      const { resource: made, failure } = await attempt.create()
      expect(failure).toMatchObject({ code })
      expect(attempt.ledger.byUrn(declared.urn)).toEqual(made)
      for (const name of Object.keys(change)) expect(made.inputs).not.toHaveProperty(name)
    })
  })
