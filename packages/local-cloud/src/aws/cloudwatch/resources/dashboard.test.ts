import { describe, expect, it } from 'vitest'
import { Declarer } from '../../../testing/declarer.ts'
import { DASHBOARD } from './dashboard.ts'

const metric = {
  type: 'metric',
  x: 0,
  width: 12,
  properties: { region: 'us-east-1', metrics: [[{ expression: 'e' }]] },
}
const refusal = (dashboardBody: string, dashboardName = 'd') =>
  new Declarer().refusal(DASHBOARD, 'd', { dashboardName, dashboardBody })
const ofWidget = (widget: unknown) => refusal(JSON.stringify({ widgets: [widget] }))

describe('Dashboard', () => {
  it('is what AWS takes', async () => {
    const made = await new Declarer().make(DASHBOARD, 'd', {
      dashboardName: 'd',
      dashboardBody: JSON.stringify({ widgets: [metric] }),
    })
    expect(made.id).toBe('d')
  })

  it.each<[string, Promise<string | undefined>, RegExp]>([
    ['a name with spaces', refusal('{"widgets":[]}', 'my board'), /letters, digits/],
    ['no JSON', refusal('x'), /valid JSON object/],
    ['no widgets', refusal('{}'), /required property 'widgets'/],
    [
      '501 widgets',
      refusal(JSON.stringify({ widgets: Array.from({ length: 501 }, () => metric) })),
      /at most 500 widgets/,
    ],
    ['another kind', ofWidget({ ...metric, type: 'graph' }), /type: Should be one of/],
    ['one beside the grid', ofWidget({ ...metric, x: 13 }), /over the 24 columns/],
    ['no region', ofWidget({ ...metric, properties: { metrics: [[]] } }), /required property 'region'/],
    ['no metrics', ofWidget({ ...metric, properties: { region: 'us-east-1', metrics: [] } }), /1 to 500 items/],
    [
      'a query of no group',
      ofWidget({ type: 'log', properties: { region: 'us-east-1', query: 'stats count(*)' } }),
      /by SOURCE/,
    ],
  ])('refuses %s', async (_name, refused, words) => {
    expect(await refused).toMatch(words)
  })
})
