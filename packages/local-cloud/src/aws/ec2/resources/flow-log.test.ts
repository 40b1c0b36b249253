import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared } from '../../../ledger/ledger.ts'
import { Declarer } from '../../../testing/declarer.ts'

const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'

const FLOW_LOG = 'aws:ec2/flowLog:FlowLog'

const INVOCATIONS = 'aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration'

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

describe('records of an account', () => {
  const role = (service: string) =>
    cloud.make('aws:iam/role:Role', service, {
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' }],
      }),
    })

  it('of flows go to a log group that is there, by a role', async () => {
    const vpc = await cloud.make('aws:ec2/vpc:Vpc', 'v', { cidrBlock: '10.0.0.0/16' })
    const group = await cloud.make(LOG_GROUP, 'g', { name: 'flows' })
    const { outputs } = await role('vpc-flow-logs')
    const log = { vpcId: vpc.id, trafficType: 'ALL', logDestination: String(group.outputs.arn) }
    expect(await cloud.refusal(FLOW_LOG, 'f', log)).toContain('DeliverLogsPermissionArn')
    const withRole = { ...log, iamRoleArn: String(outputs.arn) }
    expect(await cloud.refusal(FLOW_LOG, 'f', { ...withRole, logDestination: 'arn:none' })).toContain('does not exist')
    await cloud.make(FLOW_LOG, 'f', withRole)
    expect(await cloud.refusal(FLOW_LOG, 'g', withRole)).toContain('FlowLogAlreadyExists')
  })

  it('of prompts need a log group, and a role that Bedrock may assume', async () => {
    await cloud.make(LOG_GROUP, 'g', { name: 'prompts' })
    const [bedrock, other] = [await role('bedrock'), await role('ec2')]
    const inputs = (logGroupName: string, { outputs }: Declared) => ({
      loggingConfig: {
        cloudwatchConfig: { logGroupName, roleArn: String(outputs.arn) },
        textDataDeliveryEnabled: true,
      },
    })
    expect(await cloud.refusal(INVOCATIONS, 'i', inputs('none', bedrock))).toContain('which does not exist')
    expect(await cloud.refusal(INVOCATIONS, 'i', inputs('prompts', other))).toContain('which Bedrock cannot assume')
    expect((await cloud.make(INVOCATIONS, 'i', inputs('prompts', bedrock))).id).toBe('us-east-1')
  })
})
