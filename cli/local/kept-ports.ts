/** The ports of the last run, which variables in shells name. They are used again after a restart if they are free. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFree } from './gateway-ports.ts'

interface ShellPorts {
  /** Ports of Pulumi's resource providers. */
  readonly aws: number
  readonly awsx: number
  /** Port of AWS's services, for clients on this computer. */
  readonly wire: number
}

const fileIn = (directory: string) => join(directory, 'ports.json')

/** @returns nothing if there was no earlier run, or if another program now uses one of its ports */
export async function keptPorts(directory: string): Promise<Partial<ShellPorts>> {
  const kept = read(fileIn(directory))
  if (!kept) return {}
  const free = await Promise.all(Object.values(kept).map(isFree))
  return free.every(Boolean) ? kept : {}
}

export function keepPorts(directory: string, { aws, awsx, wire }: ShellPorts): void {
  writeFileSync(fileIn(directory), `${JSON.stringify({ aws, awsx, wire })}\n`, { mode: 0o600 })
}

/** If the file is missing or damaged, new ports are used. */
function read(file: string): ShellPorts | undefined {
  try {
    const { aws, awsx, wire }: Partial<Record<string, unknown>> = JSON.parse(readFileSync(file, 'utf8'))
    if (!isPort(aws) || !isPort(awsx) || !isPort(wire)) return undefined
    return new Set([aws, awsx, wire]).size === 3 ? { aws, awsx, wire } : undefined
  } catch {
    return undefined
  }
}

const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536
