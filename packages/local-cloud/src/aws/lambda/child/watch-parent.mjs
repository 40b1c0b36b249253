/**
 * Ends this process when the local cloud that started it is gone, even killed, even while the function never yields: a
 * thread of its own looks whether the process still has its parent. (The channel's end is seen only by a function that
 * yields.)
 */
import { Worker } from 'node:worker_threads'

const INTERVAL_MS = 500

export function watchParent() {
  new Worker(
    `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL') }, ${INTERVAL_MS})`,
    { eval: true, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 4, stackSizeMb: 1 } },
  ).unref()
}
