/**
 * Finds the regional host name among an endpoint's DNS names, by its form, `vpce-ID-HASH.SERVICE.REGION.vpce…`: a zonal name has the zone after
 * the hash, a private name has no `vpce-`, and AWS guarantees no order.
 * @throws Error if there is none
 */
export function regionalHost(dnsNames: readonly string[], region: string): string {
  const shape = new RegExp(`^vpce-[0-9a-z]+-[0-9a-z]+\\.bedrock-runtime\\.${region}\\.vpce\\.amazonaws\\.com$`)
  const host = dnsNames.find((name) => shape.test(name))
  if (host !== undefined) return host
  throw new Error(
    `The bedrock-runtime endpoint has no regional host name in ${region}. Got: ${dnsNames.join(', ') || 'none'}. ` +
      'Expected one like vpce-0abc-1def.bedrock-runtime.REGION.vpce.amazonaws.com.',
  )
}
