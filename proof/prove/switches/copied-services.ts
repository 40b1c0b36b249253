/** Copies of services on Fargate, with their own image and target group, to which the tenants' rules forward instead. */
import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Declared, Properties } from '@genai/local-cloud/ledger/ledger'
import { repositoryName } from '../../../shared/naming.ts'
import type { CodeLayer } from '../layers.ts'
import { serverWithout } from './code-without.ts'
import { type Copying, copyOf, type Redirection } from './copying.ts'

const SERVICE = 'aws:ecs/service:Service'
const TASK_DEFINITION = 'aws:ecs/taskDefinition:TaskDefinition'
const TARGET_GROUP = 'aws:lb/targetGroup:TargetGroup'
const RULE = 'aws:lb/listenerRule:ListenerRule'

export async function copyServices(
  { cloud, declared, images, add }: Copying,
  suffix: string,
  removed: readonly CodeLayer[],
): Promise<Redirection> {
  const text = await serverWithout(removed)
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  const file = join(mkdtempSync(join(tmpdir(), 'genai-image-')), 'server.cjs')
  writeFileSync(file, text)
  images.push({ repositoryName, tag: suffix, digest, file })
  const groups = new Map<string, string>()
  const services = []
  for (const service of declared.filter(({ type }) => type === SERVICE)) {
    const [balancer] = service.outputs.loadBalancers as readonly Properties[]
    const group = found(declared, TARGET_GROUP, balancer?.targetGroupArn)
    const definition = found(declared, TASK_DEFINITION, service.outputs.taskDefinition)
    const groupCopy = copyOf(group, suffix, { arn: `${group.outputs.arn}-${suffix}` })
    const definitionCopy = copyOf(definition, suffix, {
      arn: `${definition.outputs.arn}-${suffix}`,
      containerDefinitions: String(definition.outputs.containerDefinitions).replace(
        /@sha256:[0-9a-f]{64}/,
        `@${digest}`,
      ),
    })
    groups.set(String(group.outputs.arn), String(groupCopy.outputs.arn))
    await add(groupCopy)
    await add(definitionCopy)
    // A target group must belong to a load balancer, so a rule that matches no request forwards to it.
    for (const rule of declared.filter((one) => one.type === RULE && isNever(one) && forwards(one, group)))
      await add(copyOf(rule, suffix, { ...turned(rule, groups), arn: `${rule.outputs.arn}-${suffix}` }))
    const copy = copyOf(service, suffix, {
      name: `${service.outputs.name}-${suffix}`,
      arn: `${service.outputs.arn}-${suffix}`,
      taskDefinition: String(definitionCopy.outputs.arn),
      loadBalancers: [{ ...balancer, targetGroupArn: String(groupCopy.outputs.arn) }],
      desiredCount: 1,
      elasticNetworkInterfaces: [],
    })
    await add(copy)
    services.push(copy)
  }
  for (const resource of services) await cloud.waits.settled({ kind: 'created', resource })
  return (over) => {
    const rules = declared
      .filter((one) => one.type === RULE && !isNever(one))
      .map(({ urn }) => over.get(urn) ?? cloud.ledger.byUrn(urn))
    return new Map(
      rules.flatMap((rule) =>
        rule ? [[rule.urn, { ...rule, outputs: { ...rule.outputs, ...turned(rule, groups) } }]] : [],
      ),
    )
  }
}

function found(declared: readonly Declared[], type: string, arn: unknown): Declared {
  const one = declared.find((resource) => resource.type === type && resource.outputs.arn === arn)
  if (!one) throw new Error(`There is no ${type} ${String(arn)}.`)
  return one
}

const isNever = ({ outputs }: Declared) => JSON.stringify(outputs.conditions).includes('sourceIp')

const forwards = ({ outputs }: Declared, group: Declared) =>
  JSON.stringify(outputs.actions).includes(`"${String(group.outputs.arn)}"`)

/** The rule's actions, with the copies instead of the target groups. */
function turned({ outputs }: Declared, groups: ReadonlyMap<string, string>): Properties {
  let actions = JSON.stringify(outputs.actions)
  for (const [arn, copy] of groups) actions = actions.replaceAll(`"${arn}"`, `"${copy}"`)
  return { actions: JSON.parse(actions) }
}
