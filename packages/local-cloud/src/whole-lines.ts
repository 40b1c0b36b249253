/**
 * Files to which lines are appended. A line is written completely or not at all. Otherwise, after a full disk or a killed process, the next line
 * would follow half a line.
 */
import { type FileHandle, readFile, truncate } from 'node:fs/promises'

/**
 * @param text ends with a line break
 * @param durable whether the line must survive a stop of the machine
 * @throws the file system's error; the file is then unchanged
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
    // If even that fails, the incomplete line is ignored when the file is read.
    await file.truncate(size).catch(() => undefined)
    throw cause
  }
}

/**
 * Reads the lines without their line breaks; an empty list if there is no file. Text after the last line break was being written when the
 * process stopped. Nobody was told that it was written, so it is cut off.
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
