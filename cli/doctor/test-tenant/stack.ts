/** The test tenant's stack, through the Automation API, as in tests/engine/hub-and-tenant.test.ts. */
import { rmSync } from 'node:fs'
import type { Stack } from '@pulumi/pulumi/automation/index.js'
import { progress, resourcesOf, type StateResource, toItsEnd } from '../../pulumi/backend.ts'
import type { NewTenant } from '../../tenant/add.ts'
import { writeNewFile } from '../../terminal/new-file.ts'

/** The steps of a trial with its tenant. Each step throws AWS's or Pulumi's own message, also if it was interrupted. */
export interface TestStack {
  /** @param settings settings that are changed before it, by their names */
  up(settings?: Readonly<Record<string, string>>): Promise<void>
  destroy(): Promise<void>
  /** The resources in its state. */
  resources(): Promise<readonly StateResource[]>
  /** Removes the stack and its file, once it has no resources. */
  forget(): Promise<void>
}

export interface TestStackOptions {
  readonly project: string
  readonly tenant: NewTenant
  /** Selects or creates the stack, whose file exists by then. */
  readonly open: () => Promise<Stack>
}

/**
 * Writes the stack file.
 * @throws UserError if there is one already
 */
export async function createTestStack({ project, tenant, open }: TestStackOptions): Promise<TestStack> {
  const { file, text, stack: name } = tenant
  writeNewFile(file, text, 'Nothing was changed.')
  let stack: Stack
  try {
    stack = await open()
  } catch (cause) {
    rmSync(file, { force: true })
    throw cause
  }
  return {
    async up(settings = {}) {
      for (const [setting, value] of Object.entries(settings)) await stack.setConfig(`${project}:${setting}`, { value })
      await toItsEnd(`The up of ${name}`, stack, () => stack.up(progress), 'It is destroyed now.')
    },
    async destroy() {
      await toItsEnd(`The destroy of ${name}`, stack, () => stack.destroy(progress), 'Run it again.')
    },
    resources: () => resourcesOf(stack),
    async forget() {
      await stack.workspace.removeStack(name)
      rmSync(file, { force: true })
    },
  }
}
