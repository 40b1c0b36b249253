/** The providers' ports of the last run: a shell that was set up for it goes on after a restart, where they are still free. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFree } from './gateway-ports.ts'

interface ProviderPorts {
  readonly aws: number
  readonly awsx: number
}

const fileIn = (directory: string) => join(directory, 'provider-ports.json')

/** @returns nothing where there was no run before, or one of its ports is somebody else's by now */
export async function keptPorts(directory: string): Promise<Partial<ProviderPorts>> {
  const kept = read(fileIn(directory))
  if (!kept) return {}
  return (await isFree(kept.aws)) && (await isFree(kept.awsx)) ? kept : {}
}

export function keepPorts(directory: string, { aws, awsx }: ProviderPorts): void {
  writeFileSync(fileIn(directory), `${JSON.stringify({ aws, awsx })}\n`, { mode: 0o600 })
}

/** A file that is missing or damaged costs no more than new ports. */
function read(file: string): ProviderPorts | undefined {
  try {
    const { aws, awsx }: Partial<Record<string, unknown>> = JSON.parse(readFileSync(file, 'utf8'))
    return isPort(aws) && isPort(awsx) && aws !== awsx ? { aws, awsx } : undefined
  } catch {
    return undefined
  }
}

const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536
