/** Addresses that do not answer: an endpoint's network interface in one zone, or its interfaces in all zones. */

import type { Interface } from '../network/path.ts'

/** An interface is taken down if it matches every field that is given; without any field, every interface that can be connected to. */
export interface Outage {
  readonly zoneId?: string
  readonly ownerId?: string
  readonly account?: string
}

export const takesDown = ({ zoneId, ownerId, account }: Outage, at: Interface): boolean =>
  (zoneId === undefined || zoneId === at.zoneId) &&
  (ownerId === undefined || ownerId === at.ownerId) &&
  (account === undefined || account === at.account)
