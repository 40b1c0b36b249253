/** What a tenant gives up by a variant, in the words that the commands and the isolation report say it in. */
import type { SpokeSettings } from './settings.ts'

/** With `modelEndpoint: hub`. */
export const LOST_AT_SHARED_ENDPOINT = [
  'network wall between the other tenants’ gateways and the endpoint that it calls',
  'policy of its own on that endpoint',
  'flow logs of its own',
] as const

/** By the settings that allow for undocumented behaviour of AWS. */
export const lostChecks = ({
  groupCheck,
  modelPerimeter,
}: Pick<SpokeSettings, 'groupCheck' | 'modelPerimeter'>): readonly string[] => [
  ...(groupCheck === 'gateway' ? ['check of users’ groups at the load balancer (groupCheck: gateway)'] : []),
  ...(modelPerimeter === 'homeRegion'
    ? ['check of the endpoint in the other regions of an inference profile (modelPerimeter: homeRegion)']
    : []),
]

/** With `sharedAccount: true`. */
export const LOST_IN_SHARED_ACCOUNT = [
  'quotas of its own: its neighbours’ limits are what is left to it',
  'bill of its own: shares are told by the role’s tag',
  'service control policies, administrators and deployers of its own',
  'invocation log of its own: one records the prompts of all',
] as const
