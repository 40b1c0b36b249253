/** Each tenant has a colour of its own, in the order in which the picture has them; style.css says which. */

const COLOURS = 6
let order: readonly string[] = []

export function nameTenants(tenants: readonly string[]): void {
  order = tenants
}

/** Returns a class of style.css; none for what belongs to no tenant. */
export function colourOf(tenant: string | undefined): string {
  const index = tenant === undefined ? -1 : order.indexOf(tenant)
  return index < 0 ? 'tenant-none' : `tenant-${index % COLOURS}`
}
