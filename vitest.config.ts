/** Tests are projects, each the answer to a question of its own; package.json has a command for each. */
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** What hangs is to run into it, and nothing else: the slowest test takes a tenth of it on an idle machine. */
const PATIENCE_MILLISECONDS = 10 * 60_000

// Commands under test, and the files of the projects that have a process of their own, import Pulumi's packages anew.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/genai-compiled', import.meta.url))

type Options = NonNullable<TestProjectInlineConfiguration['test']>

const project = (
  name: string,
  include: readonly string[],
  { exclude = [], ...options }: Options = {},
): TestProjectInlineConfiguration => ({
  test: {
    name,
    include: [...include],
    exclude: ['**/node_modules/**', ...exclude],
    testTimeout: PATIENCE_MILLISECONDS,
    hookTimeout: PATIENCE_MILLISECONDS,
    expect: { poll: { timeout: PATIENCE_MILLISECONDS / 2 } },
    ...options,
  },
})

/** Beside the file that they test. */
const UNITS = ['{hub,spoke,site,shared,functions,policy-pack,cli,proof,packages/*/src}/**/*.test.ts']
/** Units of the local cloud that start processes, or change what all files of a worker share. */
const PROCESSES = ['packages/local-cloud/src/aws/{lambda,load-balancer}/*.test.ts']

/** In a browser. */
const PAGES = ['tests/{site,console}/page.test.ts', 'tests/platform/browser-login.test.ts']

export default defineConfig({
  test: {
    // Much of a test's time is waiting, for timeouts that must be seen to happen: more workers than cores.
    maxWorkers: 3,
    projects: [
      // What a file imports is loaded once for all of a worker's files.
      project('unit', UNITS, { exclude: PROCESSES, pool: 'threads', isolate: false }),
      project('integration', ['tests/**/*.test.ts'], {
        exclude: [
          'tests/{cli,registry,deployments,upgrade,provider,references,faults,fuzz,proof,scale,engine,journey}/**',
          ...PAGES,
        ],
        // Half of such a file's processor time was Pulumi's packages: a worker imports them once.
        isolate: false,
      }),
      // Commands as a person types them, each a process: `npm start` and what is done beside it.
      project('commands', ['tests/{cli,registry}/**/*.test.ts'], { isolate: false }),
      // The client and the console in a real browser.
      project('pages', PAGES, { isolate: false }),
      // What a change does to those who are served, and to what an earlier version deployed.
      project('deployments', ['tests/{deployments,upgrade}/**/*.test.ts'], { isolate: false }),
      // Whether the stand-in for AWS answers as AWS does: by real clients, and by what others say about AWS.
      project(
        'local-cloud',
        [...PROCESSES, 'packages/*/test/**/*.test.ts', 'tests/{provider,references}/**/*.test.ts'],
        { isolate: false },
      ),
      project('faults', ['tests/faults/**/*.test.ts']),
      project('fuzz', ['tests/fuzz/**/*.test.ts']),
      project('proof', ['tests/proof/**/*.test.ts']),
      project('scale', ['tests/scale/**/*.test.ts']),
      // Other people's clients, each installed by its own lockfile.
      project('clients', ['tests/clients/**/*.clients.ts']),
      project('engine', ['tests/{engine,journey}/**/*.test.ts'], { globalSetup: 'tests/engine/setup.ts' }),
    ],
  },
})
