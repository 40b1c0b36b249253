/** The platform with a client, and the door that a browser on this machine comes in by. */
import { type BrowserDoor, openBrowserDoor } from '@genai/local-cloud/browser-door'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { type Platform, type PlatformOptions, startPlatform } from '../platform/platform.ts'

export const SITE = 'https://chat.example.com'

/** What the sample hub has not: where people sign in by browser, and whose pages may call it. */
export const HUB_OF_SITE = { userPoolDomain: 'genai-example', browserOrigin: SITE, deletionProtection: false } as const

export interface SitePlatform extends Platform {
  readonly door: BrowserDoor
  /** What a browser on this machine opens. */
  readonly url: string
}

export async function startSite(options: PlatformOptions = {}): Promise<SitePlatform> {
  const { settings = {}, stacks = ['hub', 'spoke-tenant1', 'spoke-tenant2', 'site'], ...rest } = options
  const platform = await startPlatform({
    ...rest,
    stacks,
    settings: { ...settings, hub: { ...HUB_OF_SITE, ...settings.hub } },
  })
  const { cloud } = platform
  const door = await openBrowserDoor({ ...cloud, from: LAPTOP, port: 0 })
  return {
    ...platform,
    door,
    url: door.url(SITE),
    async close() {
      await door.close()
      await platform.close()
    },
  }
}
