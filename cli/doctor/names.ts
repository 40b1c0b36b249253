/** The fixed names that a stack uses. Each kind knows how to ask AWS whether the name is taken, and by which stack. */
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetPolicyCommand, GetRoleCommand } from '@aws-sdk/client-iam'
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { policyArn } from '../../shared/naming.ts'
import { type Answer, failed, ok } from './check.ts'
import type { Clients } from './clients.ts'
import { ifThere, ofError } from './denied.ts'
import type { Subject } from './subjects.ts'
import { hasTagsOf, oursIn } from './tagged.ts'

export type Kind = 'role' | 'policy' | 'function' | 'table' | 'load balancer' | 'target group' | 'log group'

export interface Named {
  readonly kind: Kind
  readonly name: string
}

/** The resource that has the name: its ARN, or for IAM's resources whether their tags are the stack's. */
type Found = { readonly arn: string } | { readonly ours: boolean }

type Owner = Pick<Subject, 'project' | 'stack'>

const LOOK: Readonly<
  Record<Kind, (clients: Clients, name: string, owner: Owner, account: string) => Promise<Found | undefined>>
> = {
  async role({ iam }, name, owner) {
    const found = await ifThere(iam.send(new GetRoleCommand({ RoleName: name })), 'NoSuchEntityException')
    return found && { ours: hasTagsOf(found.Role?.Tags, owner) }
  },
  async policy({ iam }, name, owner, account) {
    const asked = new GetPolicyCommand({ PolicyArn: policyArn(account, name) })
    const found = await ifThere(iam.send(asked), 'NoSuchEntityException')
    return found && { ours: hasTagsOf(found.Policy?.Tags, owner) }
  },
  async function({ lambda }, name) {
    const asked = new GetFunctionConfigurationCommand({ FunctionName: name })
    const found = await ifThere(lambda.send(asked), 'ResourceNotFoundException')
    return found && { arn: found.FunctionArn ?? '' }
  },
  async table({ dynamodb }, name) {
    const asked = new DescribeTableCommand({ TableName: name })
    const found = await ifThere(dynamodb.send(asked), 'ResourceNotFoundException')
    return found && { arn: found.Table?.TableArn ?? '' }
  },
  async 'load balancer'({ elasticloadbalancing: elb }, name) {
    const asked = new DescribeLoadBalancersCommand({ Names: [name] })
    const found = await ifThere(elb.send(asked), 'LoadBalancerNotFoundException', 'LoadBalancerNotFound')
    return found && { arn: found.LoadBalancers?.[0]?.LoadBalancerArn ?? '' }
  },
  async 'target group'({ elasticloadbalancing: elb }, name) {
    const asked = new DescribeTargetGroupsCommand({ Names: [name] })
    const found = await ifThere(elb.send(asked), 'TargetGroupNotFoundException', 'TargetGroupNotFound')
    return found && { arn: found.TargetGroups?.[0]?.TargetGroupArn ?? '' }
  },
  async 'log group'({ logs }, name) {
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }))
    const found = logGroups.find(({ logGroupName }) => logGroupName === name)
    return found && { arn: (found.logGroupArn ?? found.arn ?? '').replace(/:\*$/, '') }
  },
}

/**
 * Which of the names are taken by something else: AWS would refuse them in the middle of a deployment.
 * @param place account and credentials
 * @param owner the stack that needs the names
 */
export async function takenNames(place: Subject, owner: Owner, names: readonly Named[]): Promise<readonly Answer[]> {
  const clients = await place.clients()
  const asked = await Promise.all(
    names.map(async ({ kind, name }) => {
      try {
        return { kind, name, found: await LOOK[kind](clients, name, owner, place.account) }
      } catch (error) {
        return { kind, name, failure: ofError(error) }
      }
    }),
  )
  const there = asked.filter(({ found }) => found !== undefined)
  const ours = there.some(({ found }) => found && 'arn' in found) ? await oursIn(place, owner) : new Set<string>()
  const taken = there.filter(({ found }) => !(found && ('ours' in found ? found.ours : ours.has(found.arn))))
  const failures = asked.flatMap(({ kind, name, failure }) =>
    failure ? [{ ...failure, about: `${kind} ${name}` }] : [],
  )
  return [
    ...taken.map(({ kind, name }) =>
      failed(
        `Account ${place.account} has a ${kind} ${name} that is not of stack ${owner.stack} (by its tags).`,
        `Delete or rename it; if a destroyed ${owner.stack} left it behind, see docs/operations.md.`,
        `${kind} ${name}`,
      ),
    ),
    ...failures,
    ...(taken.length + failures.length < names.length
      ? [
          ok(
            `${names.length - taken.length - failures.length} names are free, or this stack's own (${there.length - taken.length})`,
          ),
        ]
      : []),
  ]
}
