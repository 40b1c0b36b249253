/** Reads a process's output line by line. */
import type { Readable } from 'node:stream'

/** Only a line feed ends a line: the runtime writes a line feed inside a message as a carriage return. */
export function readLines(stream: Readable, line: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const one of lines) line(one)
  })
  stream.once('end', () => {
    if (rest !== '') line(rest)
  })
}
