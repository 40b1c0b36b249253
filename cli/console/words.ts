/** What stopped a request, in words for people. */
import type { Layer } from '@genai/local-cloud/iam/authorize'
import type { Refusal } from '@genai/local-cloud/network/path'
import type { Check } from '../../shared/audit-line.ts'

export const IAM_LAYERS: Readonly<Record<Layer, string>> = {
  identity: 'IAM: policy of the role',
  boundary: 'IAM: permissions boundary',
  session: 'IAM: session policy',
  resource: 'IAM: policy of the resource, or trust policy',
  endpoint: 'IAM: policy of the endpoint',
  serviceControl: 'IAM: service control policy',
}

export const NETWORK_LAYERS: Readonly<Record<Refusal['layer'], string>> = {
  dns: 'Network: DNS',
  route: 'Network: route table',
  transitGateway: 'Network: Transit Gateway',
  securityGroup: 'Network: security group',
  endpoint: 'Network: endpoint',
  internet: 'Network: internet gateway',
}

export const CHECKS: Readonly<Record<Check | 'platform' | 'all', string>> = {
  path: 'Gateway: path',
  token: 'Gateway: token',
  tenant: 'Gateway: tenant of the token',
  status: 'Gateway: tenant is suspended',
  request: 'Gateway: shape of the request',
  model: 'Gateway: list of models',
  limit: 'Gateway: limits',
  account: 'Account: what AWS said',
  platform: 'Gateway: a check could not be made',
  all: 'Gateway',
}

export const FIREWALL = 'Load balancer: firewall'
export const TOKEN = 'Load balancer: jwt-validation'
