import type { HubSettings } from './settings.ts'

/** Whether a hub has a NAT gateway, and with it an address, in each zone: what asks for public key sets from inside has no other way. */
export const hasNat = ({ keySetVia, loadBalancer }: Pick<HubSettings, 'keySetVia' | 'loadBalancer'>): boolean =>
  keySetVia === 'nat' || loadBalancer === 'internal'
