/** The way in: a stack's settings as Pulumi keeps them → typed settings, or every mistake in them at once. */
import type { Settings } from '../settings.ts'
import { readHubSettings } from './hub.ts'
import { HUB_TABLE } from './hub-table.ts'
import { mistake, type RawSettings, SettingsError } from './setting.ts'
import { readSpokeSettings } from './spoke.ts'

/** Where the settings were read, for errors and defaults. */
export interface SettingsOrigin {
  readonly organization: string
  readonly project: string
  readonly stack: string
}

/** @throws SettingsError with every mistake, each with what was set, what is allowed and the command that puts it right */
export function readSettings(raw: RawSettings, origin: SettingsOrigin): Settings {
  const { organization, project, stack } = origin
  switch (raw.role) {
    case 'hub':
      return readHubSettings(raw, stack)
    case 'spoke':
      return readSpokeSettings(raw, stack, `${organization}/${project}/hub`)
    default: {
      const got = raw.role === undefined ? 'it is not set.' : `"${raw.role}" is none of the choices.`
      throw new SettingsError(stack, [mistake('role', HUB_TABLE.role, got)])
    }
  }
}

/** The project's own settings out of all that Pulumi keeps (`genai-hub-spoke:account` → `account`). */
export function ofProject(all: Readonly<Record<string, string>>, project: string): RawSettings {
  const namespace = `${project}:`
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, value]) => [key.slice(namespace.length), value]),
  )
}
