/**
 * Files of lines that only grow. A line is there whole or not at all: half of one would be followed by the next, on a disk that is
 * full for a while, or after a process that was killed.
 */
import { type FileHandle, readFile, truncate } from 'node:fs/promises'

/**
 * @param text ends with a line break
 * @param durable whether it has to be on the disk, for a machine that stops
 * @throws the file system's error; the file is then as it was
 */
export async function appendWhole(
  file: Pick<FileHandle, 'stat' | 'appendFile' | 'datasync' | 'truncate'>,
  text: string,
  { durable }: { readonly durable: boolean },
): Promise<void> {
  const { size } = await file.stat()
  try {
    await file.appendFile(text)
    if (durable) await file.datasync()
  } catch (cause) {
    // Where even that fails, the line that is cut is left out when the file is read.
    await file.truncate(size).catch(() => undefined)
    throw cause
  }
}

/**
 * Lines without their line breaks; none where there is no file. What comes after the last line break was being written when the
 * process stopped, and nobody was told that it was done: it is cut off.
 */
export async function readWhole(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const end = text.lastIndexOf('\n') + 1
  if (end < text.length) await truncate(file, Buffer.byteLength(text.slice(0, end)))
  return text.slice(0, end).split('\n').slice(0, -1)
}
