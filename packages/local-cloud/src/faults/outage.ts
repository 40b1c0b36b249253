/** Addresses that do not answer: an endpoint's network interface in one zone, or in all of them. */

/** A network interface of the declared network. */
export interface Interface {
  readonly address: string
  /** Zone by its id, the same in every account: `use1-az1`. */
  readonly zoneId: string
  /** Id of what the interface belongs to: an endpoint's, a load balancer's. */
  readonly ownerId: string
  /** Account of its owner. */
  readonly account: string
}

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
