/** Opens the console of a cloud that serves. Its modules are loaded only here, so a run that ends at once does not load them. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Announcement } from '../local/running-note.ts'
import type { Console } from './console.ts'

export type { Console } from './console.ts'

export async function watch(cloud: LocalCloud, { faults }: Pick<Announcement, 'faults'>): Promise<Console> {
  const { openConsole } = await import('./console.ts')
  return await openConsole({ cloud, faults })
}
