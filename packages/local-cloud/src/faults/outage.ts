/** Addresses that do not answer: an endpoint's network interface in one zone, or in all of them. */

import type { Interface } from '../network/path.ts'

/** Every field that is given must fit; none takes down every interface that something can connect to. */
export interface Outage {
  readonly zoneId?: string
  readonly ownerId?: string
  readonly account?: string
}

export const takesDown = ({ zoneId, ownerId, account }: Outage, at: Interface): boolean =>
  (zoneId === undefined || zoneId === at.zoneId) &&
  (ownerId === undefined || ownerId === at.ownerId) &&
  (account === undefined || account === at.account)
