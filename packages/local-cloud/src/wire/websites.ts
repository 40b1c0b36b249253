/** Hosts of the internet that are neither AWS's nor declared: whoever starts a cloud hands them in. */
import type { Service } from './service.ts'

/** What a host answers. */
export type Website = (request: { readonly method: string; readonly target: string }) => Promise<{
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}>

export const websiteServices = (websites: Readonly<Record<string, Website>>): readonly Service[] =>
  Object.entries(websites).map(([name, answer]) => ({
    name,
    async handle({ method, target }) {
      const { status, headers = {}, body } = await answer({ method, target })
      return { status, headers, body }
    },
  }))
