/** Roles, policies, instance profiles, and what is attached to them. */
import type { Situation } from '../../resource/resource-type.ts'
import { known, text } from '../../resource/values.ts'
import { call, changed, later, lifeCycle, newTags, ownTags, type Permissions, passRole, retag } from './permission.ts'

const boundaryOf = (boundary: string | undefined) =>
  boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }

const role: Permissions = (operation, situation, { outputs }) => {
  const roleArn = known(outputs, 'arn')
  const on = (action: string, context = {}) => call(`iam:${action}`, roleArn, { ...ownTags(situation), ...context })
  const read = ['GetRole', 'ListRolePolicies', 'ListAttachedRolePolicies'].map((action) => on(action))
  const boundary = boundaryOf(text(situation.inputs, 'permissionsBoundary'))
  switch (operation) {
    case 'create':
      return [
        on('CreateRole', { ...newTags(situation), ...boundary }),
        on('TagRole', newTags(situation)),
        ...later([], ...read),
      ]
    case 'read':
      return read
    case 'update':
      return [
        ...(changed(situation, 'assumeRolePolicy') ? [on('UpdateAssumeRolePolicy')] : []),
        ...(changed(situation, 'description') ? [on('UpdateRoleDescription')] : []),
        ...(changed(situation, 'maxSessionDuration') ? [on('UpdateRole')] : []),
        ...(changed(situation, 'permissionsBoundary') ? [boundaryChange(on, boundary)] : []),
        ...retag(situation, { add: 'iam:TagRole', remove: 'iam:UntagRole' }, roleArn),
        ...later([], ...read),
      ]
    case 'delete':
      return [on('ListInstanceProfilesForRole'), on('DeleteRole')]
  }
}

const boundaryChange = (on: (action: string, context?: object) => ReturnType<typeof call>, boundary: object) =>
  Object.keys(boundary).length > 0 ? on('PutRolePermissionsBoundary', boundary) : on('DeleteRolePermissionsBoundary')

/** The role that is named by the input `role`, with the boundary that it has. */
function target({ ledger, account, inputs }: Situation) {
  const name = known(inputs, 'role')
  const declared = ledger
    .all('aws:iam/role:Role')
    .find((one) => one.account === account && (one.outputs.name === name || one.outputs.arn === name))
  return {
    roleArn: text(declared?.outputs ?? {}, 'arn') ?? `arn:aws:iam::${account}:role/${name}`,
    boundary: boundaryOf(text(declared?.inputs ?? {}, 'permissionsBoundary')),
  }
}

const rolePolicy: Permissions = (operation, situation) => {
  const { roleArn, boundary } = target(situation)
  const read = call('iam:GetRolePolicy', roleArn)
  if (operation === 'delete') return [call('iam:DeleteRolePolicy', roleArn, boundary)]
  return operation === 'read' ? [read] : [call('iam:PutRolePolicy', roleArn, boundary), ...later([], read)]
}

const rolePolicyAttachment: Permissions = (operation, situation) => {
  const { roleArn, boundary } = target(situation)
  const attached = { ...boundary, 'iam:PolicyARN': known(situation.inputs, 'policyArn') }
  const read = call('iam:ListAttachedRolePolicies', roleArn)
  if (operation === 'delete') return [call('iam:DetachRolePolicy', roleArn, attached)]
  return operation === 'read' ? [read] : [call('iam:AttachRolePolicy', roleArn, attached), ...later([], read)]
}

/** A changed document is a new version; the provider makes room for it among the five that IAM keeps. */
const policy = lifeCycle((situation, { outputs }) => {
  const policyArn = known(outputs, 'arn')
  const on = (...actions: readonly string[]) =>
    actions.map((action) => call(`iam:${action}`, policyArn, ownTags(situation)))
  return {
    create: [
      call('iam:CreatePolicy', policyArn, newTags(situation)),
      call('iam:TagPolicy', policyArn, newTags(situation)),
    ],
    read: on('GetPolicy', 'GetPolicyVersion'),
    update: [
      ...(changed(situation, 'policy') ? on('ListPolicyVersions', 'DeletePolicyVersion', 'CreatePolicyVersion') : []),
      ...retag(situation, { add: 'iam:TagPolicy', remove: 'iam:UntagPolicy' }, policyArn),
    ],
    delete: on('ListPolicyVersions', 'DeletePolicyVersion', 'DeletePolicy'),
  }
})

const instanceProfile = lifeCycle((situation, { outputs }) => {
  const profileArn = known(outputs, 'arn')
  const { inputs, account, current } = situation
  const on = (action: string) => call(`iam:${action}`, profileArn, ownTags(situation))
  const role = text(inputs, 'role')
  const add =
    role === undefined
      ? []
      : [passRole(`arn:aws:iam::${account}:role/${role}`, 'ec2.amazonaws.com'), on('AddRoleToInstanceProfile')]
  const had = text(current?.inputs ?? {}, 'role') !== undefined
  return {
    create: [
      call('iam:CreateInstanceProfile', profileArn, newTags(situation)),
      call('iam:TagInstanceProfile', profileArn, newTags(situation)),
      ...later(['role'], ...add),
    ],
    read: [on('GetInstanceProfile'), ...(role === undefined ? [] : [roleOf(account, role)])],
    update: [
      ...(changed(situation, 'role') ? [...(had ? [on('RemoveRoleFromInstanceProfile')] : []), ...add] : []),
      ...retag(situation, { add: 'iam:TagInstanceProfile', remove: 'iam:UntagInstanceProfile' }, profileArn),
    ],
    delete: [...(had ? [on('RemoveRoleFromInstanceProfile')] : []), on('DeleteInstanceProfile')],
  }
})

/** The provider looks whether the profile's role is still there. */
const roleOf = (account: string, role: string) => call('iam:GetRole', `arn:aws:iam::${account}:role/${role}`)

export const iamPermissions: Readonly<Record<string, Permissions>> = {
  'aws:iam/role:Role': role,
  'aws:iam/policy:Policy': policy,
  'aws:iam/instanceProfile:InstanceProfile': instanceProfile,
  'aws:iam/rolePolicy:RolePolicy': rolePolicy,
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': rolePolicyAttachment,
}
