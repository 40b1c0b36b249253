/** Commands that change a stack file are made in one place, where a property holds them: shared/settings/commands.ts. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'

it('no other file prints one', () => {
  const files = globSync('{hub,spoke,shared,cli}/**/*.ts', { cwd: PROJECT_DIRECTORY }).filter(
    (file) => !file.endsWith('.test.ts') && !file.endsWith('settings/commands.ts'),
  )
  expect(files.length).toBeGreaterThan(100)
  const printing = files.filter((file) =>
    readFileSync(join(PROJECT_DIRECTORY, file), 'utf8')
      .split('\n')
      .some(
        (line) =>
          /pulumi config (set|rm)[ )`'"]/.test(line) &&
          !/^\s*(\*|\/\/|\/\*\*)/.test(line) &&
          !line.includes('Change it with'),
      ),
  )
  expect(printing).toEqual([])
})
