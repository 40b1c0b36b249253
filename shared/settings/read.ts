/** Turns a stack's settings in Pulumi's form into typed settings, or reports all mistakes in them at once. */
import type { Settings } from '../settings.ts'
import { nearest } from './commands.ts'
import { readHubSettings } from './hub.ts'
import { HUB_TABLE } from './hub-table.ts'
import { mistake, type RawSettings, SettingsError } from './setting.ts'
import { readSiteSettings } from './site.ts'
import { readSpokeSettings } from './spoke.ts'

/** The stack and project of the settings, for errors and defaults. */
export interface SettingsOrigin {
  readonly organization: string
  readonly project: string
  readonly stack: string
}

/** @throws SettingsError with all mistakes, each with what was set, what is allowed and what to do */
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
 * The project's own settings among all that Pulumi keeps (`genai-hub-spoke:account` becomes `account`). Settings whose namespace is the
 * project's name with a typing mistake are kept in full (`genai-hubspoke:tier`), so that they are refused as unknown; otherwise nobody would
 * notice that they have no effect.
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

/** The same letters, one typing mistake, or the beginning of the name. */
function isSlipOf(namespace: string, project: string): boolean {
  const [written, meant] = [namespace, project].map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) as [
    string,
    string,
  ]
  return nearest(written, [meant]) !== undefined || (written.length >= 5 && meant.startsWith(written))
}
