/** The verdict of each layer on a call, before they are combined. */

import type { PolicyDocument, PolicyStatement } from '../organization.ts'
import type { Layer } from './call.ts'
import { type EngineRequest, evaluateStatements, statementsOf, type Verdict } from './engine.ts'
import { FULL_AWS_ACCESS } from './full-access.ts'
import { type Asker, matchPrincipal, type PrincipalMatch } from './principal-match.ts'

/** The policies that apply to a call, by layer; a layer is absent if it does not apply. */
export interface Policies {
  readonly identity?: readonly PolicyDocument[]
  readonly boundary?: PolicyDocument
  readonly session?: readonly PolicyDocument[]
  readonly resource?: PolicyDocument
  readonly endpoint?: PolicyDocument
  readonly serviceControl?: readonly PolicyDocument[]
}

export type Verdicts = Readonly<Partial<Record<Layer, Verdict>>> & {
  /** How closely a resource policy that allows the call names the caller. */
  readonly grant: PrincipalMatch
}

/** @param without layers that neither refuse nor grant */
export function layerVerdicts(
  policies: Policies,
  asker: Asker,
  request: EngineRequest,
  without: readonly Layer[],
): Verdicts {
  const verdicts: Partial<Record<Layer, Verdict>> = {}
  let grant: PrincipalMatch = 'none'
  const { identity, boundary, session, resource, endpoint, serviceControl } = policies
  if (identity) verdicts.identity = evaluateStatements(identity.flatMap(statementsOf), request)
  if (boundary) verdicts.boundary = evaluateStatements(statementsOf(boundary), request)
  if (session) verdicts.session = evaluateStatements(session.flatMap(statementsOf), request)
  if (endpoint) verdicts.endpoint = evaluateStatements(naming(asker, endpoint), request)
  if (serviceControl) verdicts.serviceControl = evaluateServiceControl(serviceControl, request)
  if (resource) {
    verdicts.resource = evaluateStatements(naming(asker, resource), request)
    if (verdicts.resource === 'allow') grant = closestGrant(resource, asker, request)
  }
  for (const layer of without) {
    verdicts[layer] = 'allow'
    // The account's own policies still decide, as if the resource's policy named the account.
    if (layer === 'resource') grant = 'account'
  }
  return { ...verdicts, grant }
}

const naming = (asker: Asker, policy: PolicyDocument): readonly PolicyStatement[] =>
  statementsOf(policy).filter((statement) => matchPrincipal(statement, asker) !== 'none')

function closestGrant(policy: PolicyDocument, asker: Asker, request: EngineRequest): PrincipalMatch {
  for (const match of ['session', 'role'] as const) {
    const statements = statementsOf(policy).filter((statement) => matchPrincipal(statement, asker) === match)
    if (evaluateStatements(statements, request) === 'allow') return match
  }
  return 'account'
}

/**
 * Every level of an organisation must allow the call. Each document counts as a level. A document with denials only is taken together with
 * FullAWSAccess, which AWS attaches unless somebody detaches it; a document that allows is an allow list.
 */
function evaluateServiceControl(documents: readonly PolicyDocument[], request: EngineRequest): Verdict {
  const levels = documents.length > 0 ? documents : [FULL_AWS_ACCESS]
  const verdicts = levels.map((document) => {
    const statements = statementsOf(document)
    const allows = statements.some(({ Effect }) => Effect === 'Allow')
    return evaluateStatements(allows ? statements : [...statements, ...FULL_AWS_ACCESS.Statement], request)
  })
  if (verdicts.includes('explicit')) return 'explicit'
  return verdicts.includes('implicit') ? 'implicit' : 'allow'
}
