/**
 * The regional host name among an endpoint's names. It is found by its shape, `vpce-ID-HASH.SERVICE.REGION.vpce…`: a zonal
 * name has the zone after the hash, a private one no `vpce-` at all, and AWS promises no order.
 * @throws Error when there is none
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
