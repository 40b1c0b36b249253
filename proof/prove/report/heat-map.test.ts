import { expect, it } from 'vitest'
import type { Layer } from '../layers.ts'
import type { Row } from '../run.ts'
import { heatMap } from './heat-map.ts'

const row = (family: string, ...layers: readonly Layer[]) =>
  ({ attempt: { family }, stops: layers.map((layer) => ({ layer })) }) as unknown as Row

it('a heat map counts, for each family, what each layer stops, and leaves out what stopped nothing', () => {
  const svg = heatMap([
    row('tokens', 'loadBalancerToken', 'functionToken'),
    row('tokens', 'functionToken'),
    row('network', 'securityGroups'),
    row('bodies'),
  ])
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, words]) => words)
  expect(texts).toEqual([
    'layer, in the order that a request meets them',
    ...['tokens', 'of 2', 'network', 'of 1'],
    ...["load balancer's token check", '1', "function's token check", '2', 'security groups', '1'],
    'how many attempts of a family a layer stops by itself; most are stopped by several',
  ])
  expect(svg).toContain('fill-opacity="1.00"')
  expect(svg).not.toContain('bodies')
})
