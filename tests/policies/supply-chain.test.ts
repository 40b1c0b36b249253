/** What is installed and what CI runs: pinned, checked against a hash, and allowed no more than it needs. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'

const textOf = (...path: readonly string[]) => readFileSync(join(PROJECT_DIRECTORY, ...path), 'utf8')

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  readonly link?: boolean
  readonly name?: string
}
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}

const manifest: Manifest = JSON.parse(textOf('package.json'))
const lock: { readonly packages: Readonly<Record<string, Locked & Partial<Manifest>>> } = JSON.parse(
  textOf('package-lock.json'),
)
const OWN = ['packages/local-cloud']
/** What comes from a registry: this project's own packages are links into it. */
const installed = Object.entries(lock.packages).filter(
  ([path, { link, resolved = '' }]) => path !== '' && !OWN.includes(path) && !(link === true && OWN.includes(resolved)),
)

describe('dependencies', () => {
  it('are pinned to one version, here and in the lockfile', () => {
    for (const folder of ['', ...OWN]) {
      const own: Manifest = JSON.parse(textOf(folder, 'package.json'))
      const wanted = { ...own.dependencies, ...own.devDependencies, ...own.peerDependencies }
      for (const [name, version] of Object.entries(wanted)) {
        expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
        const { resolved = '', link, ...locked } = lock.packages[`node_modules/${name}`] ?? {}
        expect(link === true ? lock.packages[resolved]?.version : locked.version, name).toBe(version)
      }
      const { dependencies, devDependencies, peerDependencies } = lock.packages[folder] ?? {}
      expect({ ...dependencies, ...devDependencies, ...peerDependencies }).toEqual(wanted)
    }
  })

  it('are all checked against a hash, and come from whatever registry is configured', () => {
    expect(installed.length).toBeGreaterThan(100)
    expect(installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([])
    expect(installed.filter(([, { resolved, link }]) => resolved !== undefined || link === true)).toEqual([])
  })

  it('run scripts when they are installed only where that was decided', () => {
    const scripts = installed.flatMap(([path, { hasInstallScript, name }]) =>
      hasInstallScript === true ? [name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    )
    expect([...new Set(scripts)].sort()).toEqual(Object.keys(manifest.allowScripts).sort())
  })
})

interface Workflow {
  readonly on: unknown
  readonly permissions?: unknown
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: Readonly<Record<string, string>>
        readonly 'timeout-minutes'?: number
        readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: object }[]
      }
    >
  >
}

describe.each(readdirSync(join(PROJECT_DIRECTORY, '.github', 'workflows')))('the workflow %s', (file) => {
  const text = textOf('.github', 'workflows', file)
  const workflow: Workflow = parse(text)
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)

  it('may nothing but read the repository, job by job, and not for ever', () => {
    expect(workflow.permissions).toEqual({})
    for (const job of Object.values(workflow.jobs)) {
      expect(job.permissions).toEqual({ contents: 'read' })
      expect(job['timeout-minutes']).toBeLessThanOrEqual(30)
    }
  })

  it('runs actions of one commit each, with the version beside it', () => {
    const used = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line))
    expect(used.length).toBe(steps.filter(({ uses }) => uses !== undefined).length)
    for (const line of used) expect(line).toMatch(/uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('keeps no credentials in the checkout, and takes nothing from who asks for the change', () => {
    for (const { uses = '', with: given } of steps)
      if (uses.startsWith('actions/checkout@')) expect(given).toMatchObject({ 'persist-credentials': false })
    expect(JSON.stringify(workflow.on)).not.toMatch(/pull_request_target|workflow_run|issue/)
    expect(text).not.toMatch(/secrets\.|github\.event|github\.head_ref/)
  })
})
