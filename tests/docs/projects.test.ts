/** The commands that run the tests: each file belongs to one of them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import configuration from '../../vitest.config.ts'

interface Project {
  readonly test: { readonly name: string; readonly include: string[]; readonly exclude?: string[] }
}
const projects = (configuration.test?.projects ?? []) as readonly Project[]

const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(PROJECT_DIRECTORY, 'package.json'), 'utf8'),
)

const found = (include: readonly string[], exclude: readonly string[] = []) =>
  globSync([...include], { cwd: PROJECT_DIRECTORY, exclude: ['**/node_modules/**', '.local/**', ...exclude] })

it('find every test file, and each in one project', () => {
  const all = projects.flatMap(({ test }) => found(test.include, test.exclude))
  expect(all.sort()).toEqual(found(['**/*.{test,clients}.ts']).sort())
})

it('are one for each project', () => {
  const named = (script = '') => [...script.matchAll(/--project (\S+)/g)].map(([, name]) => name)
  const commands = Object.entries(scripts).flatMap(([name, script]) => (/^test\b/.test(name) ? named(script) : []))
  expect(commands.sort()).toEqual(projects.map(({ test }) => test.name).sort())
  expect(scripts['test:all']).toBe('vitest run')
})
