import { GetRoleCommand } from '@aws-sdk/client-iam'
import { type Check, ok } from '../check.ts'
import { ifThere } from '../denied.ts'
import type { Subject, World } from '../subjects.ts'

/** The service of each role. */
const ROLES = {
  AWSServiceRoleForElasticLoadBalancing: 'elasticloadbalancing.amazonaws.com',
  AWSServiceRoleForVPCTransitGateway: 'transitgateway.amazonaws.com',
  AWSServiceRoleForECS: 'ecs.amazonaws.com',
  AWSServiceRoleForApplicationAutoScaling_ECSService: 'ecs.application-autoscaling.amazonaws.com',
} as const

type Role = keyof typeof ROLES

/**
 * AWS creates a service's role when the account first uses the service. Neither answer stops a deployment, because deployers may create these
 * roles. But right after the role is created, AWS has been seen to refuse the first use once.
 */
export const serviceLinkedRoles: Check = {
  id: 'service-linked-roles',
  of: 'account',
  question: 'Has the account the roles that AWS’s services make for themselves?',
  applies: (subject, world) => rolesOf(subject, world).length > 0,
  async ask(subject, world) {
    const { iam } = await subject.clients()
    const roles = rolesOf(subject, world)
    const found = await Promise.all(
      roles.map((RoleName) => ifThere(iam.send(new GetRoleCommand({ RoleName })), 'NoSuchEntityException')),
    )
    const there = roles.filter((_, index) => found[index] !== undefined)
    const missing = roles.filter((role) => !there.includes(role))
    const [first] = missing
    return ok(
      [
        ...(there.length > 0 ? [`There: ${there.join(', ')}.`] : []),
        ...(first === undefined
          ? []
          : [
              `Not yet: ${missing.join(', ')}. The first up makes them (iam:CreateServiceLinkedRole); if it ends with one that cannot be assumed, run it again, or before it: aws iam create-service-linked-role --aws-service-name ${ROLES[first]}`,
            ]),
      ].join(' '),
    )
  },
}

function rolesOf(subject: Subject, { tenants }: World): readonly Role[] {
  const attachment = 'AWSServiceRoleForVPCTransitGateway'
  if (subject.kind === 'tenant') return subject.settings.modelEndpoint === 'own' ? [attachment] : []
  const scaled = tenants.some(({ settings }) => settings.compute.kind === 'fargate')
  return [
    'AWSServiceRoleForElasticLoadBalancing',
    attachment,
    ...(subject.settings.fargate ? (['AWSServiceRoleForECS'] as const) : []),
    ...(scaled ? (['AWSServiceRoleForApplicationAutoScaling_ECSService'] as const) : []),
  ]
}
