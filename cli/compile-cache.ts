/**
 * Node keeps what it has compiled of the modules that are imported after this one, so that the next command starts in about half
 * the processor time. The folder is the installation's own: whoever can write there can change the code itself. Where it cannot be
 * written, nothing is kept, and nothing else changes. `NODE_DISABLE_COMPILE_CACHE=1` switches it off.
 */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/genai-compiled', import.meta.url)))
