/** Rules about VPC endpoints, about credentials, and about what no rule could see. */
import { POLICY_LIMITS } from '../../shared/policies/document.ts'
import { isKnownType } from '../known-types.ts'
import { isUnknown, ofType, type Rule, shown, violation } from '../resource.ts'
import { isSomebodysOwn } from './private-door.ts'

/** An endpoint without a policy has AWS's default, which allows everything. */
const endpointPolicies: Rule = {
  name: 'endpoints-have-a-policy',
  says: `Every VPC endpoint has a policy, of at most ${POLICY_LIMITS.endpoint} characters.`,
  remedy: 'Say which principals may do what through it; list fewer models when it is too long.',
  scope: 'resource',
  check: (resources) =>
    ofType(
      resources,
      'aws:ec2/vpcEndpoint:VpcEndpoint',
      // If a separate policy resource is left out, the endpoint has AWS's default again, whatever the endpoint's input says.
      'aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy',
    ).flatMap((endpoint) => {
      // AWS supports no policy for endpoint services that are not its own. rules/private-door.ts says which of these are allowed.
      if (isUnknown(endpoint, 'policy') || isSomebodysOwn(endpoint.inputs.serviceName)) return []
      const { policy } = endpoint.inputs
      const text = typeof policy === 'object' ? JSON.stringify(policy) : policy
      if (typeof text !== 'string' || text.trim() === '' || text === 'null')
        return [violation(endpoint, 'It has no policy: everything is allowed through it.')]
      return text.length <= POLICY_LIMITS.endpoint
        ? []
        : [violation(endpoint, `Its policy has ${text.length} characters. AWS allows ${POLICY_LIMITS.endpoint}.`)]
    }),
}

/** Roles are used so that there are no long-lived credentials. */
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

const nothingUnseen: Rule = {
  name: 'nothing-is-made-unseen',
  says: 'Every resource is of a type that these rules were written for (policy-pack/known-types.ts).',
  remedy: 'Declare it by the types that are listed there; or write the rules that its type needs, and list it.',
  scope: 'resource',
  check: (resources) =>
    resources
      .filter(({ type }) => !isKnownType(type))
      .map((resource) => violation(resource, `No rule was written for ${resource.type}, or for what it makes.`)),
}

/** Lambda's resource policies are not declared as documents: each permission is a resource. */
const namedInvokers: Rule = {
  name: 'functions-have-named-callers',
  says: 'A function is invoked by a service on behalf of a named resource or account, and by nobody else.',
  remedy: 'Name the service as principal, with sourceArn or sourceAccount.',
  scope: 'resource',
  check: (resources) =>
    ofType(resources, 'aws:lambda/permission:Permission').flatMap((permission) => {
      const { principal, sourceArn, sourceAccount, functionUrlAuthType } = permission.inputs
      const named = [sourceArn, sourceAccount].some((source) => typeof source === 'string' && !/^[*?]*$/.test(source))
      const isNamed = named || isUnknown(permission, 'sourceArn') || isUnknown(permission, 'sourceAccount')
      return [
        ...(isUnknown(permission, 'principal') || SERVICE.test(String(principal))
          ? []
          : [`It lets in ${shown(principal)}, which is no service.`]),
        ...(isNamed ? [] : ['It does not say on whose behalf: any account could have the service call.']),
        ...(functionUrlAuthType === undefined
          ? []
          : ['It is for a URL of the function: that goes past the load balancer.']),
      ].map((message) => violation(permission, message))
    }),
}

const SERVICE = /^[a-z0-9-]+\.amazonaws\.com$/

export const ACCESS_RULES: readonly Rule[] = [endpointPolicies, noLongLivedCredentials, nothingUnseen, namedInvokers]
