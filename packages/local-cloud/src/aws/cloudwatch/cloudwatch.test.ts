import { beforeEach, describe, expect, it } from 'vitest'
import { Declarer, HUB } from '../../testing/declarer.ts'

const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup'

const ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm'

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

describe('cloudwatch', () => {
  it('has log groups with a name, or one that starts with a prefix', async () => {
    const named = await cloud.make(LOG_GROUP, 'g', { name: '/aws/lambda/a', retentionInDays: 90 })
    expect(named.outputs.arn).toBe(`arn:aws:logs:us-east-1:${HUB}:log-group:/aws/lambda/a`)
    expect(await cloud.refusal(LOG_GROUP, 'h', { name: '/aws/lambda/a' })).toContain('ResourceAlreadyExistsException')
    expect(await cloud.refusal(LOG_GROUP, 'h', { name: 'h', retentionInDays: 91 })).toContain(
      "'91' at 'retentionInDays'",
    )
    const prefixed = await cloud.make(LOG_GROUP, 'p', { namePrefix: '/flow/' })
    expect(prefixed.id).toMatch(/^\/flow\/[0-9a-f]{26}$/)
  })

  it('has alarms with one statistic', async () => {
    const alarm = { comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 1, threshold: 1 }
    expect(await cloud.refusal(ALARM, 'a', alarm)).toContain('Exactly one of statistic and extendedStatistic')
    expect(await cloud.refusal(ALARM, 'a', { ...alarm, comparisonOperator: '>' })).toContain('must be one of')
    await cloud.make(ALARM, 'a', { ...alarm, statistic: 'Sum' })
  })

  it('has alarms that notify topics of their own region', async () => {
    const alarm = { comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 1, threshold: 1, statistic: 'Sum' }
    const refusal = (topic: string) => cloud.refusal(ALARM, 'b', { ...alarm, alarmActions: [topic] })
    expect(await refusal('alarms')).toBe('ValidationError: Invalid arn syntax: alarms')
    expect(await refusal(`arn:aws:sns:us-east-1:${HUB}:a:b`)).toContain('Invalid arn syntax')
    expect(await refusal(`arn:aws:sns:eu-west-1:${HUB}:alarms`)).toContain('Invalid region eu-west-1 specified')
    await expect(refusal(`arn:aws:lambda:us-east-1:${HUB}:function:f`)).rejects.toThrow('only topics are known')
    await cloud.make(ALARM, 'b', { ...alarm, okActions: [`arn:aws:sns:us-east-1:${HUB}:alarms`] })
  })

  it('refuses metric filters whose pattern or value is none', async () => {
    const FILTER = 'aws:cloudwatch/logMetricFilter:LogMetricFilter'
    await cloud.make(LOG_GROUP, 'm', { name: 'm' })
    const filter = { name: 'f', logGroupName: 'm', metricTransformation: { name: 'n', namespace: 's', value: '1' } }
    expect(await cloud.refusal(FILTER, 'f', { ...filter, pattern: '{ $.a' })).toContain('Invalid filter pattern')
    const value = { ...filter.metricTransformation, value: 'one' }
    expect(await cloud.refusal(FILTER, 'f', { ...filter, pattern: '', metricTransformation: value })).toContain("'one'")
  })
})
