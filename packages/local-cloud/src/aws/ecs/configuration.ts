/** The current declaration of a service and of its task definition, as far as the runtime needs them. */
import { createHash } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import type { Declared, LedgerView } from '../../ledger/ledger.ts'
import { flag, known, number, object, objects, text, texts } from '../../resource/values.ts'
import { clusterOf, TASK_DEFINITION } from './calls.ts'
import { type Container, readContainer } from './containers.ts'

/** What one deployment of a service runs: all of its tasks are alike. */
export interface Revision {
  readonly serviceArn: string
  readonly serviceName: string
  readonly clusterName: string
  readonly account: string
  readonly region: string
  readonly definitionArn: string
  readonly container: Container
  readonly memoryMegabytes: number
  readonly taskRoleArn?: string
  readonly executionRoleArn: string
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly targetGroups: readonly { readonly arn: string; readonly port: number }[]
  /** A new value means a new deployment. */
  readonly version: string
}

export interface ServiceConfiguration {
  readonly desiredCount: number
  readonly minimumHealthyPercent: number
  readonly maximumPercent: number
  readonly circuitBreaker: boolean
  readonly rollback: boolean
  readonly graceSeconds: number
  readonly revision: Revision
}

/** @throws AwsError if the task definition does not exist */
export function readService(ledger: LedgerView, { account, region, outputs }: Declared): ServiceConfiguration {
  const breaker = object(outputs, 'deploymentCircuitBreaker') ?? {}
  const network = object(outputs, 'networkConfiguration') ?? {}
  const given = known(outputs, 'taskDefinition')
  const definition = ledger
    .all(TASK_DEFINITION)
    .find(
      (one) =>
        one.account === account && [one.outputs.arn, `${one.outputs.family}:${one.outputs.revision}`].includes(given),
    )
  if (!definition) throw new AwsError('ClientException', `TaskDefinition not found: ${given}`)
  const taskRoleArn = text(definition.outputs, 'taskRoleArn')
  const revision = {
    serviceArn: known(outputs, 'arn'),
    serviceName: known(outputs, 'name'),
    clusterName: String(clusterOf(ledger, { account, region }, known(outputs, 'cluster'))?.outputs.name ?? ''),
    account,
    region,
    definitionArn: known(definition.outputs, 'arn'),
    container: readContainer(known(definition.outputs, 'containerDefinitions')),
    memoryMegabytes: Number(known(definition.outputs, 'memory')),
    ...(taskRoleArn !== undefined && { taskRoleArn }),
    executionRoleArn: known(definition.outputs, 'executionRoleArn'),
    subnetIds: texts(network, 'subnets'),
    securityGroupIds: texts(network, 'securityGroups'),
    targetGroups: objects(outputs, 'loadBalancers').map((one) => ({
      arn: known(one, 'targetGroupArn'),
      port: number(one, 'containerPort') ?? 80,
    })),
  }
  return {
    desiredCount: number(outputs, 'desiredCount') ?? 0,
    minimumHealthyPercent: number(outputs, 'deploymentMinimumHealthyPercent') ?? 100,
    maximumPercent: number(outputs, 'deploymentMaximumPercent') ?? 200,
    circuitBreaker: flag(breaker, 'enable') ?? false,
    rollback: flag(breaker, 'rollback') ?? false,
    graceSeconds: number(outputs, 'healthCheckGracePeriodSeconds') ?? 0,
    revision: { ...revision, version: createHash('sha256').update(JSON.stringify(revision)).digest('hex') },
  }
}
