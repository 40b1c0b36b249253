import { describe, expect, it } from 'vitest'

import { RECORDED_NUMBERS, RECORDED_TEXTS } from '../shared/audit-line.ts'
import { FIGURES } from '../shared/dashboard-metrics.ts'
import { recordHub } from '../tests/hub-fixture.ts'
import { dashboardBody } from './dashboard.ts'

const { widgets } = dashboardBody({ region: 'us-east-1', loadBalancer: 'app/genai-hub/1', accountMetrics: true })
const expressions = widgets.flatMap(({ properties }) =>
  'metrics' in properties ? properties.metrics.flat().map(({ expression }) => expression) : [],
)
const queries = widgets.flatMap(({ properties }) => ('query' in properties ? [properties.query] : []))

describe('the dashboard', () => {
  it('follows tenants by their dimension, and names none', () => {
    const ofTenants = expressions.filter((one) => one.includes(FIGURES.namespace))
    expect(ofTenants).toHaveLength(6)
    for (const one of ofTenants) expect(one).toContain(`SEARCH('{${FIGURES.namespace},tenant} MetricName="`)
    for (const { metric } of [FIGURES.spend, FIGURES.first, FIGURES.total, FIGURES.budget])
      expect(ofTenants.some((one) => one.includes(`MetricName="${metric}"`))).toBe(true)
    expect(JSON.stringify(widgets)).not.toMatch(/tenant1|[^0-9][0-9]{12}[^0-9]/)
  })

  it('searches only, so that what is not there yet is found when it is', () => {
    for (const one of expressions) expect(one).toMatch(/SEARCH\('\{[^}]+\} [^']+', '(Sum|Maximum|p50|p95)', \d+\)/)
  })

  it('asks the trail for fields that its records have', () => {
    const known = [...Object.keys(RECORDED_TEXTS), ...Object.keys(RECORDED_NUMBERS), 'tenant']
    expect(queries).toHaveLength(3)
    for (const query of queries) {
      expect(query).toMatch(/^SOURCE '\/genai\/audit' \| /)
      const [, by = ''] = query.split(' by ')
      for (const field of by.split(' | ')[0]?.split(', ') ?? []) expect(known).toContain(field)
      for (const [, field = ''] of query.matchAll(/(?:sum|ispresent)\((\w+)\)/g)) expect(known).toContain(field)
      for (const [, field = ''] of query.matchAll(/filter (?!ispresent)(\w+) /g)) expect(known).toContain(field)
    }
  })

  it('has its widgets side by side, none upon another', () => {
    const cells = widgets.flatMap(({ x, y, width }) => Array.from({ length: width }, (_, index) => `${x + index} ${y}`))
    expect(new Set(cells).size).toBe(cells.length)
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24)
  })
})

describe('a hub', () => {
  const DASHBOARD = 'aws:cloudwatch/dashboard:Dashboard'
  const SINK_POLICY = 'aws:oam/sinkPolicy:SinkPolicy'

  it('has one when it is told to, and tells its tenants', async () => {
    const { one, outputs } = await recordHub({ dashboard: true })
    // Without the accounts' own.
    expect(JSON.parse(String(one(DASHBOARD).inputs.dashboardBody)).widgets).toHaveLength(widgets.length - 2)
    expect(outputs).toMatchObject({ dashboard: true })
    expect(outputs).not.toHaveProperty('metricsSinkArn')
  })

  it('shows what accounts share with the sink that it makes, which takes metrics of the organisation and nothing else', async () => {
    const { one, outputs } = await recordHub({ dashboard: true, accountMetrics: { kind: 'made' } })
    expect(JSON.parse(String(one(DASHBOARD).inputs.dashboardBody)).widgets).toHaveLength(widgets.length)
    expect(outputs).toMatchObject({ metricsSinkArn: expect.stringContaining('metrics-sink') })
    expect(JSON.parse(String(one(SINK_POLICY).inputs.policy)).Statement).toEqual([
      {
        Sid: 'TenantsShareMetrics',
        Effect: 'Allow',
        Principal: '*',
        Action: ['oam:CreateLink', 'oam:UpdateLink'],
        Resource: '*',
        Condition: {
          'ForAllValues:StringEquals': { 'oam:ResourceTypes': 'AWS::CloudWatch::Metric' },
          StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg01' },
        },
      },
    ])
  })

  it('names the accounts that may share where they are of no organisation', async () => {
    const sharing = { kind: 'accounts', accounts: ['333333333333', '222222222222'] } as const
    const { one } = await recordHub({ dashboard: true, accountMetrics: { kind: 'made' }, sharing })
    const [statement] = JSON.parse(String(one(SINK_POLICY).inputs.policy)).Statement
    expect(statement.Principal).toEqual({ AWS: ['222222222222', '333333333333'] })
    expect(Object.keys(statement.Condition)).toEqual(['ForAllValues:StringEquals'])
  })

  it('takes the sink that the account has, and makes none', async () => {
    const arn = 'arn:aws:oam:us-east-1:111111111111:sink/0a1b'
    const { resources, outputs } = await recordHub({ dashboard: true, accountMetrics: { kind: 'existing', arn } })
    expect(resources.filter(({ type }) => type.startsWith('aws:oam/'))).toEqual([])
    expect(outputs).toMatchObject({ metricsSinkArn: arn })
  })

  it('has none otherwise, and its outputs are as they were', async () => {
    const { resources, outputs } = await recordHub()
    expect(resources.filter(({ type }) => type === DASHBOARD)).toEqual([])
    expect(outputs).not.toHaveProperty('dashboard')
  })
})
