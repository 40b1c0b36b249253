import { describe, expect, it } from 'vitest'
import {
  gatewayEndpointMonthlyFixed,
  natMonthlyFixed,
  PRICES,
  privateDoorMonthlyFixed,
  readPrices,
  sharedEndpointMonthlyFixed,
  tenantMonthlyFixed,
} from './infrastructure-prices.ts'

describe('what a tenant costs before its first request', () => {
  it('is $51.10 a month in two zones', () => {
    expect(tenantMonthlyFixed(2)).toBe(51.1)
    expect(tenantMonthlyFixed(1)).toBe(43.8)
    expect(tenantMonthlyFixed(3)).toBe(58.4)
  })

  it('is nothing without a network of its own, and the hub pays for its endpoint once', () => {
    expect(tenantMonthlyFixed(0)).toBe(0)
    expect(sharedEndpointMonthlyFixed(2)).toBe(14.6)
  })

  it('is more with a private door, for the tenant and for the hub', () => {
    expect(gatewayEndpointMonthlyFixed(2)).toBe(14.6)
    expect(privateDoorMonthlyFixed()).toBe(17.43)
    expect(natMonthlyFixed(2)).toBe(65.7)
  })

  it("follows a user's own prices", () => {
    expect(tenantMonthlyFixed(2, undefined, readPrices({ interfaceEndpointZoneHour: 0.011 }))).toBe(52.56)
    expect(readPrices({})).toEqual(PRICES)
  })

  it.each([
    [{ natgateway: 1 }, /no price "natgateway"\. Allowed: .*natGatewayHour/],
    [{ natGatewayHour: '0.1' }, /"natGatewayHour" is "0\.1"/],
    [{ natGatewayHour: -1 }, /is -1\. Allowed/],
    [[], /JSON object/],
  ])('refuses %j', (raw, message) => {
    expect(() => readPrices(raw)).toThrow(message)
  })
})
