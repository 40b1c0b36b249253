/** Opens the console of a cloud that serves. What it is made of is loaded then only: a run that ends at once has none. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Announcement } from '../local/running-note.ts'
import type { Console } from './console.ts'

export type { Console } from './console.ts'

export async function watch(cloud: LocalCloud, { faults }: Pick<Announcement, 'faults'>): Promise<Console> {
  const { openConsole } = await import('./console.ts')
  return await openConsole({ cloud, faults })
}
