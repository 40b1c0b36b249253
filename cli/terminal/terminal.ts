/** Output for people: colours only on a terminal, and progress on standard error if the answer is for a machine. */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

export interface Terminal {
  /** Prints a line of the result. */
  line(text?: string): void
  /** Runs a step; the step is printed when it begins, and again with its duration when it ends. */
  step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>
  style(style: Style, text: string): string
}

export interface TerminalOptions {
  /** Progress and notes go to standard error; the caller prints one JSON document to standard output. */
  readonly json: boolean
}

export function createTerminal({ json }: TerminalOptions): Terminal {
  const stream = json ? process.stderr : process.stdout
  const style = (how: Style, text: string) => styleText(how, text, { stream })
  const line = (text = '') => void stream.write(`${text}\n`)

  async function step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now()
    const details: string[] = []
    if (stream.isTTY) stream.write(`  … ${title}`)
    const end = (mark: string) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      const about = details.length > 0 ? style('dim', ` · ${details.join(' · ')}`) : ''
      stream.write(`${stream.isTTY ? '\r\u001b[2K' : ''}  ${mark} ${title}${about} ${style('dim', `${seconds} s`)}\n`)
    }
    try {
      const result = await work((text) => void details.push(text))
      end(style('green', '✓'))
      return result
    } catch (error) {
      end(style('red', '✗'))
      throw error
    }
  }

  return { line, step, style }
}
