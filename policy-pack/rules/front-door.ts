/** Rules about what callers reach first: TLS, tokens, and the load balancer itself. */
import { DEMO_TAG } from '../../shared/naming.ts'
import { GROUPS_CLAIM, TENANT_CLAIM } from '../../shared/tenant.ts'
import { asList, asMap, asTexts, isUnknown, type Resource, type Rule, shown, tagsOf, violation } from '../resource.ts'

/** The provider has these types under several names. */
export const LISTENER = /^aws:(lb|alb|applicationloadbalancing|elasticloadbalancingv2)\/listener:/
const RULE = /^aws:(lb|alb|applicationloadbalancing|elasticloadbalancingv2)\/listenerRule:/
export const LOAD_BALANCER = /^aws:(lb|alb|applicationloadbalancing|elasticloadbalancingv2)\/loadBalancer:/
const CLASSIC = /^aws:(elb|elasticloadbalancing)\/loadBalancer:/

export const matching = (resources: readonly Resource[], type: RegExp) =>
  resources.filter((resource) => type.test(resource.type))

/**
 * Whether a resource belongs to the demo without TLS. A tag on the listener and its rules says so, which a rule can see in any stack, and an
 * auditor in the account. Only `allowInsecureHttp` sets it.
 */
const isDemo = (resource: Resource) => Object.entries(DEMO_TAG).every(([key, value]) => tagsOf(resource)[key] === value)

/** AWS's names for policies with TLS 1.2 or 1.3 only. */
const STRONG = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2)/

/** The variable with which a redirect keeps the host name. */
const SAME_HOST = '#{host}'

/** A TCP listener passes TLS on without reading it; rules/private-door.ts says where it may lead. */
const isTcp = ({ inputs }: Resource) => inputs.protocol === 'TCP'

const redirects = ({ inputs }: Resource) => {
  const actions = asList(inputs.defaultActions).map(asMap)
  return (
    actions.length > 0 &&
    actions.every(({ type, redirect }) => {
      const { protocol, host = SAME_HOST } = asMap(redirect)
      return type === 'redirect' && protocol === 'HTTPS' && host === SAME_HOST
    })
  )
}

const tls: Rule = {
  name: 'listeners-have-tls',
  says: 'A listener speaks TLS 1.2 or newer, or sends callers to one that does; only a demo may do without.',
  remedy: 'Give it a certificate and a policy of TLS 1.2 or 1.3; for a demo, set allowInsecureHttp.',
  scope: 'resource',
  check: (resources) => [
    ...matching(resources, LISTENER).flatMap((listener) => {
      const { protocol, sslPolicy } = listener.inputs
      if (['protocol', 'defaultActions', 'sslPolicy'].some((property) => listener.unknown.includes(property))) return []
      if (protocol === 'HTTPS' || protocol === 'TLS') {
        return typeof sslPolicy === 'string' && STRONG.test(sslPolicy)
          ? []
          : [
              violation(
                listener,
                `Its TLS policy is ${sslPolicy ? shown(sslPolicy) : "AWS's default"}, which lets older versions than 1.2 in.`,
              ),
            ]
      }
      return isTcp(listener) || redirects(listener) || isDemo(listener)
        ? []
        : [violation(listener, `It speaks ${protocol ? shown(protocol) : 'no TLS'} and is no demo's.`)]
    }),
    ...matching(resources, CLASSIC)
      .filter(({ inputs }) =>
        asList(inputs.listeners).some((listener) => !/^(https|ssl)$/i.test(String(asMap(listener).lbProtocol))),
      )
      .map((listener) => violation(listener, 'A listener of it speaks no TLS.')),
  ],
}

/** Claims of a user pool's ID token: its audience, its use, and the tenant. */
const CLAIMS = ['aud', 'token_use', TENANT_CLAIM]
const COGNITO_ISSUER = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\//

/** Claims that every token of an issuer has, so that they identify nobody. */
const NOBODYS = ['iss', 'exp', 'nbf', 'iat', 'jti', 'aud', 'token_use', 'scope', 'scp', 'ver', 'tid']

/** The claims that a listener rule's jwt-validation does not check. */
function unchecked(validation: Readonly<Record<string, unknown>>): readonly string[] {
  const { issuer, additionalClaims } = asMap(validation.jwtValidation)
  // The access token of an app client has no audience; the claim with the client's id identifies it.
  if (checks(validation, 'client_id')) return ['token_use', 'scope'].filter((name) => !checks(validation, name))
  if (typeof issuer === 'string' && !COGNITO_ISSUER.test(issuer)) {
    const named = asList(additionalClaims)
      .map(asMap)
      .some(({ name }) => typeof name === 'string' && !NOBODYS.includes(name) && checks(validation, name))
    return [
      ...(checks(validation, 'aud') ? [] : ['aud']),
      ...(named ? [] : ['a claim that names who calls, or their tenant']),
    ]
  }
  // Federated people have no tenant attribute. The group that Cognito makes for their provider ties them to a tenant.
  const binding = isFederated(validation) ? CLAIMS.filter((name) => name !== TENANT_CLAIM) : CLAIMS
  return binding.filter((name) => !checks(validation, name))
}

/** `POOL-ID_PROVIDER`; no tenant's id, which names the group of its own users, looks like it. */
const GROUP_OF_PROVIDER = /^[\w-]+_[0-9a-zA-Z]+_[^_]+$/

const isFederated = (validation: Readonly<Record<string, unknown>>) =>
  asList(asMap(validation.jwtValidation).additionalClaims)
    .map(asMap)
    .some(
      ({ name, format, values }) =>
        name === GROUPS_CLAIM &&
        format === 'string-array' &&
        asTexts(values).length === 1 &&
        asTexts(values).every((value) => GROUP_OF_PROVIDER.test(value)),
    )

const tokens: Rule = {
  name: 'rules-validate-tokens',
  says: 'What forwards to a function validates the token, its audience and tenant first; only a demo leaves that to the function.',
  remedy:
    'Put a jwt-validation action before the forward, with the claims aud, token_use and the tenant; for another issuer than the user pool aud and a claim that names the tenant or the machine.',
  scope: 'resource',
  check: (resources) =>
    [
      ...matching(resources, RULE).map((rule) => [rule, 'actions'] as const),
      ...matching(resources, LISTENER).map((listener) => [listener, 'defaultActions'] as const),
    ].flatMap(([resource, property]) => {
      const actions = asList(resource.inputs[property])
        .map(asMap)
        .map((action, index) => ({ action, order: Number(action.order ?? index + 1) }))
        .sort((a, b) => a.order - b.order)
        .map(({ action }) => action)
      const forward = actions.findIndex(({ type }) => type === 'forward')
      if (forward === -1 || isTcp(resource) || isDemo(resource) || resource.unknown.includes(property)) return []
      const validation = actions.slice(0, forward).find(({ type }) => type === 'jwt-validation')
      if (!validation) return [violation(resource, 'It forwards without jwt-validation before it, and is no demo.')]
      const missing = unchecked(validation)
      return missing.length === 0 || isUnknown(resource, property)
        ? []
        : [violation(resource, `Its jwt-validation does not check ${missing.join(', ')}.`)]
    }),
}

const checks = (validation: Readonly<Record<string, unknown>>, claim: string) =>
  asList(asMap(validation.jwtValidation).additionalClaims)
    .map(asMap)
    .some(({ name, values }) => name === claim && asTexts(values).length === 1)

const strictLoadBalancer: Rule = {
  name: 'load-balancer-is-strict',
  says: 'A load balancer drops invalid headers, refuses ambiguous requests, and writes access logs.',
  remedy: 'Set dropInvalidHeaderFields, desyncMitigationMode "strictest" and accessLogs.',
  scope: 'resource',
  check: (resources) =>
    matching(resources, LOAD_BALANCER).flatMap((loadBalancer) => {
      // This listener reads no requests.
      if (loadBalancer.inputs.loadBalancerType === 'network') return []
      const { dropInvalidHeaderFields, desyncMitigationMode, accessLogs } = loadBalancer.inputs
      const known = (property: string) => !isUnknown(loadBalancer, property)
      return [
        ...(dropInvalidHeaderFields !== true && known('dropInvalidHeaderFields')
          ? ['It passes invalid headers on.']
          : []),
        ...(desyncMitigationMode !== 'strictest' && known('desyncMitigationMode')
          ? ['It lets ambiguous requests through (desyncMitigationMode).']
          : []),
        ...(asMap(accessLogs).enabled !== true && !loadBalancer.unknown.includes('accessLogs')
          ? ['It writes no access logs.']
          : []),
      ].map((message) => violation(loadBalancer, message))
    }),
}

/** The provider has this type under two names. */
const CLIENT = /^aws:cognito\/(userPoolClient|managedUserPoolClient):/

const usersChooseNothing: Rule = {
  name: 'users-do-not-choose-their-tenant',
  says: 'Only administrators create users, and neither a client nor another provider writes custom attributes.',
  remedy: 'Set allowAdminCreateUserOnly, and writeAttributes and attributeMapping without custom ones.',
  scope: 'resource',
  check: (resources) => [
    ...matching(resources, /^aws:cognito\/userPool:/)
      .filter((pool) => !isUnknown(pool, 'adminCreateUserConfig'))
      .filter(({ inputs }) => asMap(inputs.adminCreateUserConfig).allowAdminCreateUserOnly !== true)
      .map((pool) => violation(pool, 'Anybody may sign up.')),
    ...matching(resources, CLIENT)
      .filter((client) => !isUnknown(client, 'writeAttributes'))
      .filter(({ inputs }) => {
        const written = inputs.writeAttributes
        // If this is left out, a client may write every attribute.
        return !Array.isArray(written) || written.some((name) => String(name).startsWith('custom:'))
      })
      .map((client) => violation(client, 'A user may write custom attributes, the tenant among them.')),
    ...matching(resources, /^aws:cognito\/identityProvider:/)
      .filter((provider) => !isUnknown(provider, 'attributeMapping'))
      .filter(({ inputs }) => Object.keys(asMap(inputs.attributeMapping)).some((name) => name.startsWith('custom:')))
      .map((provider) => violation(provider, 'A provider’s claims write custom attributes, the tenant among them.')),
  ],
}

/** Hosts on the user's own machine, to which a browser may be sent with a code for tokens. */
const ON_THIS_MACHINE = ['localhost', '127.0.0.1', '[::1]']

function isSafeTarget(given: unknown): boolean {
  if (typeof given !== 'string' || !URL.canParse(given)) return false
  const { protocol, hostname, hash, username, password } = new URL(given)
  if (hash !== '' || username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && ON_THIS_MACHINE.includes(hostname))
}

const browserSignIn: Rule = {
  name: 'browsers-sign-in-by-code',
  says: 'An app client gives browsers codes, never tokens in an address, and sends them over TLS or to their own machine; it has no secret that many hold.',
  remedy:
    'Set allowedOauthFlows to "code", callbackUrls and logoutUrls to https:// or http://localhost, and leave generateSecret out.',
  scope: 'resource',
  check: (resources) =>
    matching(resources, CLIENT).flatMap((client) => {
      const { allowedOauthFlows, callbackUrls, logoutUrls, defaultRedirectUri, generateSecret } = client.inputs
      const targets = [...asList(callbackUrls), ...asList(logoutUrls), ...asList(defaultRedirectUri)]
      const isHidden = ['callbackUrls', 'logoutUrls', 'defaultRedirectUri'].some((property) =>
        isUnknown(client, property),
      )
      return [
        ...(asTexts(allowedOauthFlows).includes('implicit')
          ? ['It gives tokens in an address (the implicit flow).']
          : []),
        ...(!isHidden && !targets.every(isSafeTarget)
          ? ['It sends browsers to an address that is neither https:// nor this machine.']
          : []),
        ...(generateSecret === true ? ['It has a secret, which would be in the state and in every command line.'] : []),
      ].map((message) => violation(client, message))
    }),
}

export const FRONT_DOOR_RULES: readonly Rule[] = [tls, tokens, strictLoadBalancer, usersChooseNothing, browserSignIn]
