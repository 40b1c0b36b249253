/** `aws.iam.Policy`. */

import { AwsError } from '../../../errors.ts'
import type { Index } from '../../../ledger/ledger-index.ts'
import { call, changed, lifeCycle, newTags, ownTags, retag } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { autoName, known } from '../../../resource/values.ts'
import { parsePolicy, refuseIdentityPolicy } from '../policy-document.ts'
import { POLICY, pathOf } from './role.ts'

export const ROLE_POLICY_ATTACHMENT = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'

const MANAGED_LIMIT = 6144

export const sizeOf = (policy: string) => policy.replace(/\s/g, '').length

const POLICY_BY_NAME: Index = { type: POLICY, keysOf: ({ outputs }) => [String(outputs.name).toLowerCase()] }

export const policy: ResourceType = {
  type: POLICY,
  inputs: ['name', 'path', 'description', 'policy', 'tags'],
  required: ['policy'],
  named: 'name',
  replaces: ['name', 'path', 'description'],
  defaults: { path: '/' },
  heldCode: 'DeleteConflict',
  heldThrough: [`${ROLE_POLICY_ATTACHMENT}.policyArn`, 'aws:iam/role:Role.permissionsBoundary'],
  refuse(situation) {
    const text = known(situation.inputs, 'policy')
    const name = autoName(situation)
    refuseIdentityPolicy(parsePolicy(text))
    if (sizeOf(text) > MANAGED_LIMIT)
      throw new AwsError('LimitExceeded', `Cannot exceed quota for PolicySize: ${MANAGED_LIMIT}`, 409)
    if (!/^[\w+=,.@-]{1,128}$/.test(name))
      throw new AwsError(
        'ValidationError',
        `1 validation error detected: Value '${name}' at 'policyName' failed to satisfy constraint: Member must have length less than or equal to 128 and match [\\w+=,.@-]+`,
      )
    const { ledger, organization, account, urn } = situation
    const existing = organization.accounts.find(({ id }) => id === account)?.policies ?? []
    const sameName = ledger.lookUp(POLICY_BY_NAME, name.toLowerCase())
    if (
      existing.some((one) => one.name.toLowerCase() === name.toLowerCase()) ||
      sameName.some((other) => other.account === account && other.urn !== urn)
    )
      throw new AwsError(
        'EntityAlreadyExists',
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
        409,
      )
  },
  answer(situation) {
    const name = autoName(situation)
    const path = pathOf(situation.inputs)
    const arn = `arn:aws:iam::${situation.account}:policy${path}${name}`
    return {
      id: arn,
      outputs: { name, path, arn, policyId: `ANPA${situation.stableToken(17).toUpperCase()}` },
    }
  },
  /** A changed document becomes a new version. IAM keeps five; the provider deletes an old one if needed. */
  permissions: lifeCycle((situation, { outputs }) => {
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
  }),
}
