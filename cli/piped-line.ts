/** Lines that are piped into a command. Each question reads one line, so a sign-in that asks twice reads two. */
import { stdin } from 'node:process'

/** Input that was read beyond the current line. */
let rest = ''

/** @returns undefined at the end of the input */
export async function pipedLine(): Promise<string | undefined> {
  while (!rest.includes('\n')) {
    const chunk = await nextChunk()
    if (chunk !== undefined) rest += chunk
    else if (rest === '') return undefined
    else rest += '\n'
  }
  const end = rest.indexOf('\n')
  const line = rest.slice(0, end).replace(/\r$/, '')
  rest = rest.slice(end + 1)
  return line
}

function nextChunk(): Promise<string | undefined> {
  if (stdin.readableEnded || stdin.destroyed) return Promise.resolve(undefined)
  stdin.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    const settle = (work: () => void) => {
      stdin.off('data', onData).off('end', onEnd).off('error', onError)
      // An open pipe must not keep the process running.
      stdin.pause()
      work()
    }
    const onData = (chunk: string) => settle(() => resolve(chunk))
    const onEnd = () => settle(() => resolve(undefined))
    const onError = (error: Error) => settle(() => reject(error))
    stdin.on('data', onData).on('end', onEnd).on('error', onError)
    // Input was paused after the previous line, and must be resumed to read a line that is typed only now.
    stdin.resume()
  })
}
