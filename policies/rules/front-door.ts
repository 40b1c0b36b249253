/** Rules over what callers reach first: TLS, tokens, and the load balancer itself. */
import { DEMO_TAG } from '../../shared/naming.ts'
import { asList, asMap, isUnknown, ofType, type Resource, type Rule, tagsOf, violation } from '../resource.ts'

/**
 * The flag is a tag, on the listener and on its rules: a rule sees it in any stack, and an auditor sees it in the account.
 * `allowInsecureHttp` sets it; nothing else does.
 */
const isDemo = (resource: Resource) => Object.entries(DEMO_TAG).every(([key, value]) => tagsOf(resource)[key] === value)

/** TLS 1.2 or 1.3 only, by AWS's names of its policies. */
const STRONG = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2)/

const redirects = ({ inputs }: Resource) => {
  const actions = asList(inputs.defaultActions).map(asMap)
  return (
    actions.length > 0 &&
    actions.every(({ type, redirect }) => type === 'redirect' && asMap(redirect).protocol === 'HTTPS')
  )
}

const tls: Rule = {
  name: 'listeners-have-tls',
  says: 'A listener speaks TLS 1.2 or newer, or sends callers to one that does; only a demo may do without.',
  check: (resources) =>
    ofType(resources, 'aws:lb/listener:Listener', 'aws:alb/listener:Listener').flatMap((listener) => {
      const { protocol, sslPolicy } = listener.inputs
      if (protocol === 'HTTPS' || protocol === 'TLS') {
        return typeof sslPolicy === 'string' && STRONG.test(sslPolicy)
          ? []
          : [
              violation(
                listener,
                `Its TLS policy is ${sslPolicy ?? "AWS's default"}, which lets older versions than 1.2 in.`,
              ),
            ]
      }
      return redirects(listener) || isDemo(listener)
        ? []
        : [violation(listener, `It speaks ${protocol ?? 'no TLS'} and is no demo's.`)]
    }),
}

const tokens: Rule = {
  name: 'rules-validate-tokens',
  says: 'A rule that forwards to a function validates the token first; only a demo leaves that to the function.',
  check: (resources) =>
    ofType(resources, 'aws:lb/listenerRule:ListenerRule', 'aws:alb/listenerRule:ListenerRule').flatMap((rule) => {
      const actions = asList(rule.inputs.actions)
        .map(asMap)
        .sort((a, b) => Number(a.order ?? 0) - Number(b.order ?? 0))
      const forward = actions.findIndex(({ type }) => type === 'forward')
      const validated = actions.slice(0, Math.max(forward, 0)).some(({ type }) => type === 'jwt-validation')
      return forward === -1 || validated || isDemo(rule)
        ? []
        : [violation(rule, 'It forwards without jwt-validation before it, and is no demo.')]
    }),
}

const strictLoadBalancer: Rule = {
  name: 'load-balancer-is-strict',
  says: 'A load balancer drops invalid headers, refuses ambiguous requests, and writes access logs.',
  check: (resources) =>
    ofType(resources, 'aws:lb/loadBalancer:LoadBalancer', 'aws:alb/loadBalancer:LoadBalancer').flatMap(
      (loadBalancer) => {
        const { dropInvalidHeaderFields, desyncMitigationMode, accessLogs } = loadBalancer.inputs
        return [
          ...(dropInvalidHeaderFields === true ? [] : ['It passes invalid headers on.']),
          ...(desyncMitigationMode === 'strictest'
            ? []
            : ['It lets ambiguous requests through (desyncMitigationMode).']),
          ...(asMap(accessLogs).enabled === true || isUnknown(loadBalancer, 'accessLogs')
            ? []
            : ['It writes no access logs.']),
        ].map((message) => violation(loadBalancer, message))
      },
    ),
}

const usersChooseNothing: Rule = {
  name: 'users-do-not-choose-their-tenant',
  says: 'Only administrators create users, and no client writes custom attributes.',
  check: (resources) => [
    ...ofType(resources, 'aws:cognito/userPool:UserPool')
      .filter(({ inputs }) => asMap(inputs.adminCreateUserConfig).allowAdminCreateUserOnly !== true)
      .map((pool) => violation(pool, 'Anybody may sign up.')),
    ...ofType(resources, 'aws:cognito/userPoolClient:UserPoolClient')
      .filter(({ inputs }) => {
        const written = inputs.writeAttributes
        // Left out, a client may write every attribute.
        return !Array.isArray(written) || written.some((name) => String(name).startsWith('custom:'))
      })
      .map((client) => violation(client, 'A user may write custom attributes, the tenant among them.')),
  ],
}

export const FRONT_DOOR_RULES: readonly Rule[] = [tls, tokens, strictLoadBalancer, usersChooseNothing]
