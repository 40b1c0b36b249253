/** Hosts on the internet that are neither AWS's nor declared. The caller of `startCloud` passes them in. */
import type { Website } from '../website.ts'
import type { Service } from './service.ts'

export const websiteServices = (websites: Readonly<Record<string, Website>>): readonly Service[] =>
  Object.entries(websites).map(([name, answer]) => ({
    name,
    async handle({ method, target, body: sent }) {
      const asked = { method, target, body: Buffer.from(sent).toString('utf8') }
      const { status, headers = {}, body } = await answer(asked)
      return { status, headers, body }
    },
  }))
