/** The picture's icons, drawn on a grid of 16 by 16. */
import type { SceneNode } from '../messages.ts'
import { s } from './dom.ts'

const KINDS: Readonly<Record<string, string>> = {
  client: 'M2.5 3.5h11v7h-11zM1 13h14',
  internetGateway:
    'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM1.5 8h13M8 1.5c2.4 2 2.4 11 0 13M8 1.5c-2.4 2-2.4 11 0 13',
  loadBalancer: 'M1.5 8h4M5.5 8 9 3.5h4.5M5.5 8H13.5M5.5 8 9 12.5h4.5',
  function: 'M4 2.5h2.2L12 13.5M7.6 7 4 13.5',
  tasks: 'M2 5.5h8.5V14H2zM5.5 5.5V2H14v8.5h-3.500',
  instance: 'M2.500 2.500h11v11h-11zM5.500 5.500h5v5h-5z',
  endpoint: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM1.5 8H5M11 8h3.500',
  natGateway: 'M1.5 5.500h9M8 2.500l3 3-3 3M14.500 10.500h-9M8 7.500l-3 3 3 3',
  attachment:
    'M6.500 9.500l3-3M5.500 7.500 3.700 9.300a2.100 2.100 0 0 0 3 3L8.500 10.500M10.500 8.500l1.800-1.800a2.100 2.100 0 0 0-3-3L7.500 5.500',
  transitGateway:
    'M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 1.5v.01M13 1.5v.01M3 14.5v.01M13 14.5v.01M3.5 2.500 6.200 6M12.500 2.500 9.800 6M3.500 13.500 6.200 10M12.500 13.500 9.800 10',
  distribution: 'M8 1.500 14 5v6l-6 3.500L2 11V5zM8 1.500v13M2 5l12 6M14 5 2 11',
}

const APIS: Readonly<Record<string, string>> = {
  Bedrock: 'M8 1.500 9.700 6.300 14.500 8 9.700 9.700 8 14.500 6.300 9.700 1.500 8 6.300 6.300z',
  DynamoDB: 'M3 4c0-3 10-3 10 0v8c0 3-10 3-10 0zM3 4c0 3 10 3 10 0M3 8c0 3 10 3 10 0',
  Cognito: 'M8 2a2.800 2.800 0 1 0 0 5.600A2.800 2.800 0 0 0 8 2zM2.500 14c0-6 11-6 11 0',
  STS: 'M5 6.500a3 3 0 1 0 3.200 4L14.500 10.500v2.500M11.500 10.500v2M5 9.500v.01',
  S3: 'M2.500 3.500h11L12 14H4zM2.500 3.500c0-1.500 11-1.500 11 0',
}

const OTHER = 'M3 2h7l3 3v9H3zM5.500 7h5M5.500 10h5'

export function icon({ kind, label }: SceneNode, x: number, y: number): SVGPathElement {
  const d = kind === 'api' ? (APIS[label] ?? OTHER) : (KINDS[kind] ?? OTHER)
  return s('path', { d, class: 'icon', transform: `translate(${x} ${y})`, 'aria-hidden': 'true' })
}
