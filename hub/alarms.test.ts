import { expect, it } from 'vitest'
import { recordHub } from '../tests/hub-fixture.ts'

const ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm'

it('rings when the load balancer itself refuses many requests', async () => {
  const { one } = await recordHub()
  expect(one(ALARM, 'refused-at-the-door').inputs).toMatchObject({
    name: 'genai/hub/refused-at-the-door',
    namespace: 'AWS/ApplicationELB',
    metricName: 'HTTPCode_ELB_4XX_Count',
    dimensions: { LoadBalancer: 'app/genai-hub/1' },
    statistic: 'Sum',
    threshold: 20,
    datapointsToAlarm: 3,
    evaluationPeriods: 5,
    treatMissingData: 'notBreaching',
  })
})

it('notifies the topic that is set, by every alarm of the hub', async () => {
  const alarmTopicArn = 'arn:aws:sns:us-east-1:111111111111:alarms'
  const { all } = await recordHub({ alarmTopicArn })
  expect(all(ALARM)).toHaveLength(3)
  for (const { inputs } of all(ALARM))
    expect(inputs).toMatchObject({ alarmActions: [alarmTopicArn], okActions: [alarmTopicArn] })
})
