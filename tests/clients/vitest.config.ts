import { defineConfig } from 'vitest/config'

/** `npm run test:clients`: not part of `npm test`, since it installs other people's clients from the registries. */
export default defineConfig({
  test: {
    include: ['tests/clients/*.clients.ts'],
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
})
