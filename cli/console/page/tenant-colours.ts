/** Each tenant has a colour of its own, in the order in which the picture has them; style.css says which. */

const COLOURS = 6
let order: readonly string[] = []

export function nameTenants(tenants: readonly string[]): void {
  order = tenants
}

/** A class of style.css; without one for what is nobody's. */
export function colourOf(tenant: string | undefined): string {
  const index = tenant === undefined ? -1 : order.indexOf(tenant)
  return index < 0 ? 'tenant-none' : `tenant-${index % COLOURS}`
}
