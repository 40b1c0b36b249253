/** Rules over VPC endpoints, over credentials, and over what no rule could see. */
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { isUnknown, ofType, type Rule, violation } from '../resource.ts'

/** AWS's own policy for an endpoint without one allows everything. */
const endpointPolicies: Rule = {
  name: 'endpoints-have-a-policy',
  says: `Every VPC endpoint has a policy, of at most ${POLICY_LIMITS.endpoint} characters.`,
  remedy: 'Say which principals may do what through it; list fewer models when it is too long.',
  scope: 'resource',
  check: (resources) =>
    ofType(
      resources,
      'aws:ec2/vpcEndpoint:VpcEndpoint',
      // Left out, its policy is AWS's own again, whatever the endpoint said.
      'aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy',
    ).flatMap((endpoint) => {
      if (isUnknown(endpoint, 'policy')) return []
      const { policy } = endpoint.inputs
      const text = typeof policy === 'object' ? JSON.stringify(policy) : policy
      if (typeof text !== 'string' || text.trim() === '' || text === 'null')
        return [violation(endpoint, 'It has no policy: everything is allowed through it.')]
      return text.length <= POLICY_LIMITS.endpoint
        ? []
        : [violation(endpoint, `Its policy has ${text.length} characters. AWS allows ${POLICY_LIMITS.endpoint}.`)]
    }),
}

/** Long-lived credentials are what roles are there to avoid. */
const noLongLivedCredentials: Rule = {
  name: 'no-long-lived-credentials',
  says: 'No IAM user, access key, sign-in profile or service credential.',
  remedy: 'Use a role.',
  scope: 'resource',
  check: (resources) =>
    ofType(
      resources,
      'aws:iam/user:User',
      'aws:iam/accessKey:AccessKey',
      'aws:iam/userLoginProfile:UserLoginProfile',
      'aws:iam/serviceSpecificCredential:ServiceSpecificCredential',
    ).map((resource) => violation(resource, 'It is a credential that does not expire.')),
}

/** Packages whose resources the rules know: the SDK's own, and this project's components. */
const KNOWN = /^(aws|awsx|genai|pulumi):/
/** Resources that make others, which are declared to nobody. */
const MAKERS = /^aws:(cloudformation|cloudcontrol|serverlessrepository|servicecatalog|lambda\/invocation)/

const nothingUnseen: Rule = {
  name: 'nothing-is-made-unseen',
  says: "Every resource is one that the rules can read: AWS's, and no template or command that makes others.",
  remedy: 'Declare what it makes as resources of the aws package.',
  scope: 'resource',
  check: (resources) =>
    resources
      .filter(({ type }) => !KNOWN.test(type) || MAKERS.test(type))
      .map((resource) => violation(resource, `No rule can see what a ${resource.type} makes.`)),
}

export const ACCESS_RULES: readonly Rule[] = [endpointPolicies, noLongLivedCredentials, nothingUnseen]
