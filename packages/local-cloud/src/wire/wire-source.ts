/** What AWS derives from the way of a request: service, region, source address, VPC, endpoint and its policy. */
import type { Declared, LedgerView } from '../ledger/ledger.ts'
import type { Origin, Path } from '../network/path.ts'
import type { PolicyDocument } from '../organization.ts'

const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'

/** The first label of the public host name: `bedrock-runtime`. */
export function serviceOf({ target }: Path): string {
  if (target.kind === 'loadBalancer') return 'load balancer'
  if (target.kind === 'task') return 'task'
  return target.service.replace(/^com\.amazonaws\.[a-z0-9-]+\./, '')
}

export function regionOf(ledger: LedgerView, { target }: Path): string {
  if (target.kind === 'service') return target.region
  if (target.kind === 'endpoint') return endpoint(ledger, target.endpointId).region
  return 'local'
}

/** The policy of the endpoint through which the request came. An endpoint without one has AWS's default, full access. */
export function sourcePolicy(ledger: LedgerView, { target }: Path): PolicyDocument | undefined {
  if (target.kind !== 'endpoint') return undefined
  const attached = ledger.findBy('aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy', 'vpcEndpointId', target.endpointId)
  const policy = (attached ?? endpoint(ledger, target.endpointId)).outputs.policy
  return typeof policy === 'string' && policy !== '' ? (JSON.parse(policy) as PolicyDocument) : FULL_ACCESS
}

const FULL_ACCESS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
}

/** `aws:SourceVpc` and `aws:SourceVpce` for a request through an endpoint, otherwise `aws:SourceIp`, if the address is known. */
export function sourceContext(ledger: LedgerView, from: Origin, path: Path): Readonly<Record<string, string>> {
  if (path.target.kind === 'endpoint')
    return { 'aws:SourceVpc': path.target.vpcId, 'aws:SourceVpce': path.target.endpointId }
  const address = from.kind === 'internet' ? from.address : publicAddress(ledger, from, path)
  return address === undefined ? {} : { 'aws:SourceIp': address }
}

/** The address of a NAT gateway, if the path goes through one; otherwise the instance's own. */
function publicAddress(ledger: LedgerView, from: Origin, path: Path): string | undefined {
  const nat = path.hops.map(({ id }) => ledger.find('aws:ec2/natGateway:NatGateway', id)).find(Boolean)
  if (nat) return text(nat, 'publicIp')
  if (from.kind !== 'instance') return undefined
  const elastic =
    ledger.findBy('aws:ec2/eipAssociation:EipAssociation', 'instanceId', from.instanceId) ??
    ledger.findBy('aws:ec2/eip:Eip', 'instance', from.instanceId)
  const instance = ledger.find('aws:ec2/instance:Instance', from.instanceId)
  return (elastic && text(elastic, 'publicIp')) ?? (instance && text(instance, 'publicIp'))
}

function text(resource: Declared, output: string): string | undefined {
  const value = resource.outputs[output]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function endpoint(ledger: LedgerView, id: string): Declared {
  const found = ledger.find(ENDPOINT, id)
  if (!found) throw new Error(`The path ends at endpoint ${id}, which is not declared.`)
  return found
}
