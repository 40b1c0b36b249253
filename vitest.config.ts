import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{hub,spoke,shared,functions,local,cli,tests,policies}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
