/** Stacks of a test's own small programs, of which anything may be made in the hub's account. */

import type { Organization } from '@genai/local-cloud/organization'
import * as aws from '@pulumi/aws'
import { LocalWorkspace, type Stack } from '@pulumi/pulumi/automation/index.js'
import type { FoundCli } from '../../cli/pulumi/find-cli.ts'
import { organization } from '../../sample-organization.ts'
import type { Engine } from './engine.ts'

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const

/** These programs are not the project's: whoever deploys may make anything. */
export const unbounded: Organization = {
  ...organization,
  accounts: organization.accounts.map((account) => ({
    ...account,
    roles: account.roles.map((role) => ({ ...role, policy: everything })),
  })),
}

export async function smallStack(
  cli: FoundCli | undefined,
  engine: Engine,
  stackName: string,
  program: (provider: aws.Provider) => unknown,
  region: aws.Region = 'us-east-1',
): Promise<Stack> {
  if (!cli) throw new Error('there is no CLI')
  return await LocalWorkspace.createOrSelectStack(
    {
      stackName,
      projectName: 'contract',
      program: async () => {
        program(new aws.Provider('hub', { region, allowedAccountIds: ['111111111111'] }))
      },
    },
    { pulumiCommand: cli.command, envVars: engine.variables() },
  )
}
