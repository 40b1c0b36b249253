/** Rules over VPC endpoints and over who deploys. */
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { isUnknown, ofType, type Rule, violation } from '../resource.ts'

const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'

/** AWS's own policy for an endpoint without one allows everything. */
const endpointPolicies: Rule = {
  name: 'endpoints-have-a-policy',
  says: `Every VPC endpoint has a policy, of at most ${POLICY_LIMITS.endpoint} characters.`,
  check: (resources) =>
    ofType(resources, ENDPOINT).flatMap((endpoint) => {
      if (isUnknown(endpoint, 'policy')) return []
      const { policy } = endpoint.inputs
      if (typeof policy !== 'string' || policy === '')
        return [violation(endpoint, 'It has no policy: everything is allowed through it.')]
      return policy.length <= POLICY_LIMITS.endpoint
        ? []
        : [violation(endpoint, `Its policy has ${policy.length} characters. AWS allows ${POLICY_LIMITS.endpoint}.`)]
    }),
}

const boundary: Rule = {
  name: 'function-roles-are-bounded',
  says: "The role of a tenant's function has a permissions boundary.",
  check: (resources) =>
    ofType(resources, 'aws:iam/role:Role')
      .filter(
        ({ inputs }) =>
          typeof inputs.assumeRolePolicy === 'string' && inputs.assumeRolePolicy.includes('lambda.amazonaws.com'),
      )
      .filter((role) => role.inputs.permissionsBoundary === undefined && !isUnknown(role, 'permissionsBoundary'))
      .map((role) => violation(role, 'It has no permissions boundary.')),
}

/** Long-lived credentials are what roles are there to avoid. */
const noLongLivedCredentials: Rule = {
  name: 'no-long-lived-credentials',
  says: 'No IAM user, access key, sign-in profile or service credential.',
  check: (resources) =>
    ofType(
      resources,
      'aws:iam/user:User',
      'aws:iam/accessKey:AccessKey',
      'aws:iam/userLoginProfile:UserLoginProfile',
      'aws:iam/serviceSpecificCredential:ServiceSpecificCredential',
    ).map((resource) => violation(resource, 'It is a credential that does not expire. Use a role.')),
}

export const ACCESS_RULES: readonly Rule[] = [endpointPolicies, boundary, noLongLivedCredentials]
