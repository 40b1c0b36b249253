/** The onboarding role, with which tenants' ingresses are deployed. The boundary of the roles that it makes is in boundary.ts. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { onboardingRoleName, permissionsBoundaryName, policyArn, taskBoundaryName } from '../shared/naming.ts'
import { type PolicyDocument, policyText } from '../shared/policies/document.ts'
import { onboardingPolicies, onboardingTasksPolicies, onboardingTrustPolicy } from '../shared/policies/onboarding.ts'
import type { OnboardingScope } from '../shared/policies/onboarding-scope.ts'
import type { TasksScope } from '../shared/policies/onboarding-tasks.ts'
import type { HubTags } from './tags.ts'

type Inputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> }

export interface OnboardingArgs {
  /** ARNs of the platform team's roles that may assume the onboarding role. */
  readonly deployers: readonly string[]
  readonly account: string
  readonly region: string
  /** The hub's resources to which the role's permissions are restricted. */
  readonly scope: Inputs<Omit<OnboardingScope, 'account' | 'region' | 'permissionsBoundaryArn'>>
  /** Set if tenants may run on Fargate. */
  readonly tasks?: Inputs<Omit<TasksScope, 'taskBoundaryArn'>>
  readonly tags: HubTags
}

/** Long enough for everything that the provider waits for during a spoke's deployment: an attachment, a function's first start. */
const SESSION_SECONDS = 3_600

export class Onboarding extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>

  constructor(name: string, args: OnboardingArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Onboarding', name, {}, opts)
    const child = { parent: this }
    const { account, region, tags } = args
    const role = new aws.iam.Role(
      name,
      {
        name: onboardingRoleName,
        description: "Deploys a tenant's lane; the session's tag names the tenant",
        assumeRolePolicy: trustText(args.deployers),
        maxSessionDuration: SESSION_SECONDS,
        tags,
      },
      child,
    )
    // By their names, because the boundaries are made after everything else and deleted first.
    const scope = pulumi.output({
      ...args.scope,
      account,
      region,
      permissionsBoundaryArn: policyArn(account, permissionsBoundaryName),
    })
    const documents = scope.apply((all) => onboardingPolicies(all))
    const tasks = args.tasks && pulumi.output({ ...args.tasks, taskBoundaryArn: policyArn(account, taskBoundaryName) })
    const ofTasks = tasks && pulumi.all([scope, tasks]).apply((all) => onboardingTasksPolicies(...all))
    const parts: readonly (readonly [string, pulumi.Output<PolicyDocument>])[] = [
      ...PARTS.map((part) => [part, documents.apply((all) => all[part])] as const),
      ...(ofTasks ? TASKS_PARTS.map((part) => [part, ofTasks.apply((all) => all[part])] as const) : []),
    ]
    const attached = parts.map(([part, document]) => {
      const policy = new aws.iam.Policy(
        `${name}-${part}`,
        {
          name: `${onboardingRoleName}-${part}`,
          description: `The ${part} of a tenant's lane`,
          policy: document.apply((one) => managed(`the onboarding role's ${part} policy`, one)),
          tags,
        },
        child,
      )
      return new aws.iam.RolePolicyAttachment(`${name}-${part}`, { role: role.name, policyArn: policy.arn }, child)
    })
    // Expose the ARN only after the policies are attached.
    this.roleArn = pulumi.all([role.arn, pulumi.all(attached.map(({ id }) => id))]).apply(([arn]) => arn)
    this.registerOutputs({ roleArn: this.roleArn })
  }
}

const PARTS = ['network', 'function', 'routing'] as const satisfies (keyof ReturnType<typeof onboardingPolicies>)[]

const TASKS_PARTS = ['tasks', 'service'] as const satisfies (keyof ReturnType<typeof onboardingTasksPolicies>)[]

function trustText(deployers: readonly string[]): string {
  const remedy = 'Name fewer deployers, or one role that they share, in the setting deployers.'
  return policyText('trust', "the onboarding role's trust policy", onboardingTrustPolicy({ deployers }), remedy)
}

function managed(subject: string, document: Parameters<typeof policyText>[2]): string {
  return policyText('managed', subject, document, 'Share with an organisation instead of a list of accounts.')
}
