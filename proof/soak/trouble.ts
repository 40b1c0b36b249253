/** The faults of a soak: each troubled tenant has its own fault, and the errors that its callers may get because of it. */
import type { FaultRule } from '@genai/local-cloud/faults/faults'
import type { SoakTenant } from './tenants.ts'

export interface Trouble {
  readonly name: string
  /** What callers may get besides answers: codes of the gateway, or `load balancer` for its own answers. */
  readonly codes: readonly string[]
  readonly rules: readonly FaultRule[]
}

const NONE: Trouble = { name: 'none', codes: [], rules: [] }

const TROUBLES: readonly ((tenant: SoakTenant) => Trouble)[] = [
  ({ account }) => ({
    name: 'model throttled',
    codes: ['model_throttled'],
    rules: [{ where: { service: 'bedrock-runtime', account }, fault: { kind: 'throttling' }, probability: 0.2 }],
  }),
  ({ account }) => ({
    name: 'model broken',
    codes: ['model_unavailable', 'model_answer_incomplete'],
    rules: [
      {
        where: { service: 'bedrock-runtime', account },
        fault: { kind: 'error', code: 'InternalServerException', status: 500 },
        probability: 0.02,
      },
      { where: { service: 'bedrock-runtime', account }, fault: { kind: 'reset' }, probability: 0.01 },
      { where: { service: 'bedrock-runtime', account }, fault: { kind: 'halfAnswer' }, probability: 0.01 },
    ],
  }),
  ({ account }) => ({
    name: 'model slow',
    codes: [],
    rules: [
      {
        where: { service: 'bedrock-runtime', account },
        fault: { kind: 'latency', milliseconds: 150 },
        probability: 0.1,
      },
    ],
  }),
  ({ id }) => ({
    name: 'STS fails',
    codes: ['credentials_unavailable'],
    rules: [
      { where: { service: 'sts', functionName: gateway(id) }, fault: { kind: 'shortSession', seconds: 10 } },
      {
        where: { service: 'sts', functionName: gateway(id) },
        fault: { kind: 'error', code: 'ServiceUnavailable', status: 503 },
        probability: 0.7,
      },
    ],
  }),
  ({ id }) => ({
    name: 'table fails',
    codes: ['routing_unavailable'],
    rules: [
      { where: { service: 'dynamodb', functionName: gateway(id) }, fault: { kind: 'throttling' }, probability: 0.6 },
      { where: { service: 'dynamodb', functionName: gateway(id) }, fault: { kind: 'halfAnswer' }, probability: 0.2 },
    ],
  }),
  ({ id }) => ({
    name: 'killed',
    codes: ['load balancer'],
    rules: [
      {
        where: { service: 'lambda', functionName: gateway(id) },
        fault: { kind: 'kill', afterMilliseconds: 1 },
        probability: 0.02,
      },
      {
        where: { service: 'lambda', functionName: gateway(id) },
        fault: { kind: 'error', code: 'ServiceException', status: 500 },
        probability: 0.02,
      },
    ],
  }),
]

const gateway = (tenantId: string) => `genai-gateway-${tenantId}`

/** A quarter of the tenants, but at least one, has no fault, and its callers must notice nothing. */
export function troubleOf(tenants: readonly SoakTenant[], index: number): Trouble {
  const tenant = tenants[index]
  const quiet = Math.max(1, Math.floor(tenants.length / 4))
  const trouble = TROUBLES[index % TROUBLES.length]
  return tenant && trouble && index < tenants.length - quiet ? trouble(tenant) : NONE
}
