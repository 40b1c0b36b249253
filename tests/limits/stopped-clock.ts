/** A clock that tests stop, for the gateways of a whole local cloud: no test waits for a minute to be over. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Image } from '@genai/local-cloud/organization'

export interface StoppedClock {
  /** From now on it is this time for every gateway. @param time milliseconds since 1970 */
  stopAt(time: number): void
  /** Images whose tasks go by this clock. */
  inImages(images: readonly Image[]): readonly Image[]
  /** Processes of the tenant's function that start from now on go by this clock. */
  inFunction(cloud: LocalCloud, name: string): Promise<void>
}

/** @param directory where it is kept; it goes like any other clock until it is stopped */
export function createClock(directory: string): StoppedClock {
  const time = join(directory, 'time')
  const program = join(directory, 'clock.cjs')
  const source = `{
    const { readFileSync } = require('node:fs')
    const { now } = Date
    Date.now = () => Number(readFileSync(${JSON.stringify(time)}, 'utf8')) || now()
  }\n`
  writeFileSync(time, '')
  writeFileSync(program, source)
  return {
    stopAt: (at) => writeFileSync(time, `${at}`),
    inImages: (images) =>
      images.map((image, index) => {
        const file = join(directory, `image-${index}.cjs`)
        writeFileSync(file, source + readFileSync(image.file, 'utf8'))
        return { ...image, file }
      }),
    async inFunction({ ledger, lambda }, name) {
      const declared = ledger.findBy('aws:lambda/function:Function', 'name', name)
      if (!declared) throw new Error(`there is no function ${name}`)
      const { variables } = declared.outputs.environment as { readonly variables: Readonly<Record<string, string>> }
      const environment = { variables: { ...variables, NODE_OPTIONS: `--require ${program}` } }
      await ledger.put({ ...declared, outputs: { ...declared.outputs, environment } })
      await lambda.stop(name)
    },
  }
}
