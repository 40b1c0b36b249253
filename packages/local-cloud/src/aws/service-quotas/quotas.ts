/** The quotas that can be asked from Service Quotas here, with AWS's defaults, by their codes. Rows that enforce a quota read it here. */
import type { Organization } from '../../organization.ts'

export interface Quota {
  readonly service: string
  readonly name: string
  readonly value: number
  readonly adjustable: boolean
}

const quota = (service: string, name: string, value: number, adjustable = true): Quota => ({
  service,
  name,
  value,
  adjustable,
})

export const QUOTAS = {
  'L-0263D0A3': quota('ec2', 'EC2-VPC Elastic IPs', 5),
  'L-A2478D36': quota('ec2', 'Transit gateways per account', 5),
  'L-E0233F82': quota('ec2', 'Attachments per transit gateway', 5000),
  'L-53DA6B97': quota('elasticloadbalancing', 'Application Load Balancers per Region', 50),
  'L-69A177A2': quota('elasticloadbalancing', 'Network Load Balancers per Region', 50),
  'L-7EED9B64': quota('elasticloadbalancing', 'Rules per Application Load Balancer', 100),
  'L-822D1B1B': quota('elasticloadbalancing', 'Target Groups per Application Load Balancer', 100, false),
  'L-B22855CB': quota('elasticloadbalancing', 'Target Groups per Region', 3000),
  'L-3032A538': quota('fargate', 'Fargate On-Demand vCPU resource count', 6),
  'L-B99A9384': quota('lambda', 'Concurrent executions', 1000),
  'L-C7B9AAAB': quota('logs', 'Log groups', 1_000_000),
  'L-0EA8095F': quota('vpc', 'Inbound or outbound rules per security group', 60),
  'L-DF5E4CA3': quota('vpc', 'Network interfaces per Region', 5000),
  'L-F678F1CE': quota('vpc', 'VPCs per Region', 5),
} as const satisfies Readonly<Record<string, Quota>>

export type QuotaCode = keyof typeof QUOTAS

/** The quota of an account: AWS's default, unless it was raised, or unless the account is new and has less. */
export const quotaOf = (organization: Organization, account: string, code: QuotaCode): number => {
  const found = organization.accounts.find(({ id }) => id === account)
  const concurrency = code === 'L-B99A9384' ? found?.concurrencyLimit : undefined
  return found?.quotas?.[code] ?? concurrency ?? QUOTAS[code].value
}
