import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{hub,spoke,shared,functions,policy-pack,cli,proof,tests,packages/*}/**/*.test.ts'],
    globalSetup: 'tests/engine/setup.ts',
    // Much of a test's time is waiting, for timeouts that must be seen to happen: more workers than cores.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
