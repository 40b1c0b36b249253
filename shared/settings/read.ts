/** The way in: a stack's settings as Pulumi keeps them → typed settings, or every mistake in them at once. */
import type { Settings } from '../settings.ts'
import { nearest } from './commands.ts'
import { readHubSettings } from './hub.ts'
import { HUB_TABLE } from './hub-table.ts'
import { mistake, type RawSettings, SettingsError } from './setting.ts'
import { readSiteSettings } from './site.ts'
import { readSpokeSettings } from './spoke.ts'

/** Where the settings were read, for errors and defaults. */
export interface SettingsOrigin {
  readonly organization: string
  readonly project: string
  readonly stack: string
}

/** @throws SettingsError with every mistake, each with what was set, what is allowed and what to do */
export function readSettings(raw: RawSettings, origin: SettingsOrigin): Settings {
  const { organization, project, stack } = origin
  switch (raw.role) {
    case 'hub':
      return readHubSettings(raw, stack)
    case 'spoke':
      return readSpokeSettings(raw, stack, `${organization}/${project}/hub`)
    case 'site':
      return readSiteSettings(raw, stack, `${organization}/${project}/hub`)
    default: {
      const got = raw.role === undefined ? 'it is not set.' : `"${raw.role}" is none of the choices.`
      const meant = raw.role === undefined ? undefined : nearest(raw.role, ['hub', 'spoke', 'site'])
      throw new SettingsError(stack, [mistake(stack, 'role', HUB_TABLE.role, got, { meant })])
    }
  }
}

/**
 * The project's own settings out of all that Pulumi keeps (`genai-hub-spoke:account` → `account`), and those whose namespace is
 * a slip of the project's name, in full (`genai-hubspoke:tier`): nobody would read them, so they are refused as unknown.
 */
export function ofProject(all: Readonly<Record<string, string>>, project: string): RawSettings {
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => {
      const namespace = key.slice(0, Math.max(key.indexOf(':'), 0))
      if (namespace === project) return [[key.slice(project.length + 1), value]]
      return isSlipOf(namespace, project) ? [[key, value]] : []
    }),
  )
}

/** The same letters, a slip in them, or the beginning of them. */
function isSlipOf(namespace: string, project: string): boolean {
  const [written, meant] = [namespace, project].map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) as [
    string,
    string,
  ]
  return nearest(written, [meant]) !== undefined || (written.length >= 5 && meant.startsWith(written))
}
