/** What Pulumi starts. The programs are TypeScript that Node runs as it is; an older Node would name the file's ending only. */
import { RunError } from '@pulumi/pulumi'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18))
  throw new RunError(
    `The program takes Node 22.18 or newer; the first one on PATH is ${process.versions.node}. The project brings one along: ` +
      'export PATH="$PWD/node_modules/.bin:$PATH"',
  )
const { default: program } = await import('./index.ts')
export default program
