/** Calls to AWS with any credentials, from any place: signed as the gateway signs, over the network's path. */

import { randomUUID } from 'node:crypto'
import type { ApiCall, Session } from '@genai/local-cloud/iam/authorize'
import type { Origin, Refusal } from '@genai/local-cloud/network/path'
import { reach } from '@genai/local-cloud/network/reach'
import type { Guardrail } from '../../../shared/guardrail.ts'
import type { Platform } from '../../harness/platform.ts'
import type { Layer } from '../layers.ts'
import { type Outcome, type Step, stopped, through } from '../outcome.ts'
import { type Answer, exceptionName, xmlElement } from './answer.ts'
import type { Iam } from './iam.ts'
import { type AwsCredentials, type SignedRequest, signedHeaders } from './sign.ts'
import { cognitoHeaders, cognitoHost } from './user-pool.ts'

export interface Assumption {
  readonly roleArn: string
  readonly externalId?: string
  readonly tags?: Readonly<Record<string, string>>
}

export interface AwsCalls {
  /** Credentials of a role's session, as an attacker would have stolen them. */
  steal(roleArn: string, options?: { readonly tags?: Session['tags']; readonly seconds?: number }): AwsCredentials
  assume(from: Origin, credentials: AwsCredentials, assumption: Assumption): Promise<Step<AwsCredentials>>
  /**
   * @param guardrail
   * @default that of the endpoint's tenant, because an attacker knows what the gateway knows
   */
  converse(
    from: Origin,
    credentials: AwsCredentials,
    host: string,
    modelId: string,
    guardrail?: Guardrail | 'none',
  ): Promise<Step<string>>
  /** The same with a Bedrock API key instead of credentials. */
  converseWithKey(from: Origin, apiKey: string, host: string, modelId: string): Promise<Step<string>>
  /** Reads the configuration and status of a tenant from the hub's table. */
  query(from: Origin, credentials: AwsCredentials, tenantId: string): Promise<Step<string>>
  /** An operation on one of the hub's tables. */
  dynamodb(
    from: Origin,
    credentials: AwsCredentials,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Step<string>>
  /** An administrator's operation on the hub's user pool. */
  administer(
    from: Origin,
    credentials: AwsCredentials,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Step<string>>
  /** Whether a connection to port 443 can be made. */
  connect(from: Origin, host: string): Outcome
  /** IAM's decision about a call for which the local cloud has no service. */
  ask(question: Question): Promise<Outcome>
}

export interface Question
  extends Pick<ApiCall, 'action' | 'resource'>,
    Partial<Pick<ApiCall, 'context' | 'resourcePolicy' | 'endpointPolicy'>> {
  readonly as: string
  readonly tags?: Session['tags']
  /** @default the account in the resource's ARN, or else the caller's */
  readonly resourceAccount?: string
}

/** @param now seconds since 1970 by the local cloud's clock */
export function createAwsCalls(platform: Platform, iam: Iam, now: () => number): AwsCalls {
  const { cloud, hub } = platform

  async function call(
    from: Origin,
    credentials: AwsCredentials,
    service: string,
    request: SignedRequest,
  ): Promise<Step<Answer>> {
    iam.forget()
    const { host, path: target, body } = request
    const headers = await signedHeaders({ credentials, region: hub.region, service }, request, new Date(now() * 1000))
    const got = await cloud.wire.call(from, { host, method: 'POST', target, headers, body: Buffer.from(body) })
    if ('reachable' in got) return { ok: false, outcome: lost(from, got) }
    const answer = { ...got, body: Buffer.from(got.body).toString('utf8') }
    if (answer.status === 200) return { ok: true, value: answer }
    return { ok: false, outcome: refused(answer, iam) }
  }

  const dynamodb: AwsCalls['dynamodb'] = async (from, credentials, operation, input) => {
    const step = await call(from, credentials, 'dynamodb', {
      host: `dynamodb.${hub.region}.amazonaws.com`,
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
    })
    return step.ok ? { ok: true, value: step.value.body } : step
  }

  return {
    steal: (roleArn, { tags = {}, seconds = 3600 } = {}) => cloud.credentials.issue(sessionOf(roleArn, tags), seconds),
    async assume(from, credentials, { roleArn, externalId, tags = {} }) {
      const parameters = new URLSearchParams({
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: 'attempt',
        ...(externalId !== undefined && { ExternalId: externalId }),
      })
      for (const [index, [key, value]] of Object.entries(tags).entries()) {
        parameters.set(`Tags.member.${index + 1}.Key`, key)
        parameters.set(`Tags.member.${index + 1}.Value`, value)
      }
      const step = await call(from, credentials, 'sts', {
        host: `sts.${hub.region}.amazonaws.com`,
        path: '/',
        body: parameters.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      })
      if (!step.ok) return step
      const read = (name: string) => xmlElement(step.value.body, name) ?? ''
      return {
        ok: true,
        value: {
          accessKeyId: read('AccessKeyId'),
          secretAccessKey: read('SecretAccessKey'),
          sessionToken: read('SessionToken'),
        },
      }
    },
    async converse(from, credentials, host, modelId, guardrail = guardrailAt(platform, host)) {
      const named = guardrail === 'none' ? undefined : guardrail
      const step = await call(from, credentials, 'bedrock', { host, ...conversation(modelId, named) })
      return step.ok ? { ok: true, value: step.value.body } : step
    },
    async converseWithKey(from, apiKey, host, modelId) {
      iam.forget()
      const { path, headers, body } = conversation(modelId, guardrailAt(platform, host))
      const answer = await cloud.wire.call(from, {
        host,
        method: 'POST',
        target: path,
        body: Buffer.from(body),
        headers: { ...headers, authorization: `Bearer ${apiKey}` },
      })
      if ('reachable' in answer) return { ok: false, outcome: lost(from, answer) }
      const text = Buffer.from(answer.body).toString('utf8')
      if (answer.status === 200) return { ok: true, value: text }
      const refusal = iam.refusals()
      if (refusal) return { ok: false, outcome: stopped(refusal.by, refusal.message) }
      // Another 403, for example of an account without access to the model, is not a refusal of the key.
      const message = /"message":"(Authentication failed[^"]*)"/.exec(text)?.[1]
      if (answer.status === 403 && message !== undefined)
        return { ok: false, outcome: stopped(['credentials'], message) }
      throw new Error(`Bedrock answered an API key with ${answer.status}, which is no refusal: ${text.slice(0, 300)}`)
    },
    query: (from, credentials, tenantId) =>
      dynamodb(from, credentials, 'Query', {
        TableName: hub.tableName,
        KeyConditionExpression: 'tenantId = :tenant',
        ExpressionAttributeValues: { ':tenant': { S: tenantId } },
      }),
    dynamodb,
    async administer(from, credentials, operation, input) {
      const step = await call(from, credentials, 'cognito-idp', {
        host: cognitoHost(hub.region),
        path: '/',
        headers: cognitoHeaders(operation),
        body: JSON.stringify({ UserPoolId: hub.userPoolId, ...input }),
      })
      return step.ok ? { ok: true, value: step.value.body } : step
    },
    connect(from, host) {
      const outcome = reach(cloud.ledger, from, host, 443)
      if (!outcome.reachable) return lost(from, outcome)
      return through(`a connection to ${outcome.address}: ${outcome.hops.map(({ kind }) => kind).join(' → ')}`)
    },
    async ask({ as, tags = {}, resourceAccount, context = {}, ...question }) {
      iam.forget()
      const session = sessionOf(as, tags)
      const decision = await cloud.authorize({
        ...question,
        session,
        region: hub.region,
        context,
        resourceAccount: resourceAccount ?? (question.resource.split(':')[4] || session.account),
      })
      if (decision.allowed) return through(`${question.action} is allowed`)
      return stopped(iam.refusals()?.by ?? [], decision.message)
    },
  }
}

/** The guardrail in the item of the tenant to which the endpoint belongs. */
function guardrailAt({ cloud: { ledger } }: Platform, host: string): Guardrail | undefined {
  const { M } =
    ledger
      .all('aws:dynamodb/tableItem:TableItem')
      .map(({ outputs }) => JSON.parse(String(outputs.item)))
      .find(({ endpoint }) => endpoint?.S === host)?.guardrail ?? {}
  return M && { id: M.id.S, version: M.version.S }
}

const conversation = (modelId: string, guardrail?: Guardrail) => ({
  path: `/model/${encodeURIComponent(modelId)}/converse`,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    messages: [{ role: 'user', content: [{ text: 'Whose model are you?' }] }],
    inferenceConfig: { maxTokens: 16 },
    ...(guardrail && {
      guardrailConfig: { guardrailIdentifier: guardrail.id, guardrailVersion: guardrail.version },
    }),
  }),
})

function sessionOf(roleArn: string, tags: Session['tags']): Session {
  const account = roleArn.split(':')[4] ?? ''
  const sessionName = `attempt-${randomUUID().slice(0, 8)}`
  const role = roleArn.slice(roleArn.lastIndexOf('/') + 1)
  const arn = `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`
  return { arn, account, roleArn, sessionName, tags, sessionPolicies: [] }
}

const BY_PATH: Readonly<Record<Refusal['layer'], Layer>> = {
  dns: 'addresses',
  internet: 'addresses',
  endpoint: 'addresses',
  route: 'vpcRoutes',
  transitGateway: 'transitGateway',
  securityGroup: 'securityGroups',
}

export function lost(from: Origin, { layer, reason }: Refusal): Outcome {
  if (layer === 'endpoint' && /has not accepted/.test(reason)) return stopped(['serviceAcceptance'], reason)
  // Inside a VPC, a private address that matches only the route to the internet is one that the routes do not have.
  const unrouted = layer === 'internet' && from.kind !== 'internet' && !/has no public address/.test(reason)
  return stopped([unrouted ? 'vpcRoutes' : BY_PATH[layer]], reason)
}

function refused(answer: Answer, iam: Iam): Outcome {
  const refusal = iam.refusals()
  if (refusal) return stopped(refusal.by, refusal.message)
  const code = exceptionName(answer) ?? `status ${answer.status}`
  if (/^(Expired|Unrecognized|InvalidClient|InvalidSignature|Missing|Signature)/.test(code))
    return stopped(['credentials'], code)
  throw new Error(`AWS answered an attempt with ${code}, which is no refusal: ${answer.body.slice(0, 300)}`)
}
