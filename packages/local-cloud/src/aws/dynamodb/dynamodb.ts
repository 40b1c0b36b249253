/** DynamoDB: the library dynalite behind signature and IAM checks, with the declared tables and items. */
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { CredentialStore, IssuedCredential } from '../../iam/credential-store.ts'
import type { Effect, LedgerView } from '../../ledger/ledger.ts'
import type { PolicyDocument } from '../../organization.ts'
import { jsonProtocol } from '../../wire/protocol/json.ts'
import { answer, authenticate, permit } from '../../wire/protocol/protocol.ts'
import type { Service, Surroundings, WireRequest } from '../../wire/service.ts'
import type { Json } from './engine.ts'
import { returnedOnFailure } from './on-failure.ts'
import { OPERATIONS } from './operations.ts'
import { readTableName, type TableAccess, tableArn } from './permissions.ts'
import { RESOURCE_POLICY } from './resources/resource-policy.ts'
import { Tables } from './tables.ts'

export const DYNAMODB = jsonProtocol({ version: '1.0', target: 'DynamoDB_20120810' })

export interface DynamoDbOptions {
  /** The directory of the tables. Without it the data is lost when the process ends. */
  readonly directory?: string
}

export interface DynamoDb extends Service {
  /** An effect to register with the ledger: makes and deletes declared tables and items. */
  readonly effect: Effect
  close(): Promise<void>
}

export function createDynamoDb(
  surroundings: Surroundings,
  credentials: CredentialStore,
  { directory }: DynamoDbOptions = {},
): DynamoDb {
  const tables = new Tables(surroundings.ledger, directory)
  return {
    name: 'dynamodb',
    effect: (change) => tables.follow(change),
    close: () => tables.close(),
    handle(request) {
      let operation = 'unknown'
      return answer(
        DYNAMODB,
        () => operation,
        async (requestId, caller) => {
          operation = DYNAMODB.operationOf(request)
          if (!Object.hasOwn(OPERATIONS, operation)) throw new UnsupportedError(`dynamodb:${operation}`)
          const credential = authenticate(request, 'dynamodb', { now: surroundings.now, credentials, format: DYNAMODB })
          caller.session = credential.session
          return DYNAMODB.respond(await run(operation, request, credential, surroundings, tables), requestId)
        },
      )
    },
  }
}

async function run(
  operation: string,
  request: WireRequest,
  { session }: IssuedCredential,
  surroundings: Surroundings,
  tables: Tables,
): Promise<Json> {
  const parsed = DYNAMODB.input(request)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new AwsError('SerializationException', 'The body of the request must be a JSON object.')
  const input = parsed as Json
  const caller = { account: session.account, region: request.region }
  const engine = await tables.engine(placeOf(operation, input, caller))
  const { onFailure, rest } = returnedOnFailure(operation, plainNames(operation, input, caller))
  const validated = engine.validate(operation, rest)
  const accesses = OPERATIONS[operation]?.accesses({ ledger: surroundings.ledger, input, validated, caller }) ?? []
  const permission = { action: `dynamodb:${operation}`, session }
  if (accesses.length === 0)
    await permit(surroundings, request, DYNAMODB, { ...permission, resource: '*', resourceAccount: caller.account })
  for (const access of accesses)
    await permit(surroundings, request, DYNAMODB, {
      ...permission,
      resource: tableArn(access.table),
      resourceAccount: access.table.account,
      context: contextOf(access, input),
      ...policyOf(surroundings.ledger, tableArn(access.table)),
    })
  return await onFailure(engine, () => engine.run(operation, validated))
}

/** An operation on one table may name a table of another account by its ARN. That account's policies decide whether it is allowed. */
function placeOf(operation: string, input: Json, caller: { readonly account: string; readonly region: string }) {
  if (OPERATIONS[operation]?.tables !== 'one') return caller
  const { account, region } = readTableName(input.TableName, caller)
  if (region !== caller.region)
    throw new AwsError(
      'ValidationException',
      `Invalid TableName: the table is in ${region}, the request in ${caller.region}.`,
    )
  return { account, region }
}

/** dynalite accepts names only, no ARNs. */
function plainNames(
  operation: string,
  input: Json,
  caller: { readonly account: string; readonly region: string },
): Json {
  if (OPERATIONS[operation]?.tables === 'one')
    return { ...input, TableName: readTableName(input.TableName, caller).name }
  if (Object.keys((input.RequestItems as Json | undefined) ?? {}).some((name) => name.startsWith('arn:')))
    throw new UnsupportedError(`table ARNs in dynamodb:${operation}`)
  return input
}

/** The table's resource policy, if it has one. */
function policyOf(ledger: LedgerView, arn: string): { readonly resourcePolicy?: PolicyDocument } {
  const policy = ledger.findBy(RESOURCE_POLICY, 'resourceArn', arn)?.outputs.policy
  return typeof policy === 'string' ? { resourcePolicy: JSON.parse(policy) as PolicyDocument } : {}
}

/** The attributes in a projection. A nested attribute counts by the first part of its path. */
function projected({
  ProjectionExpression: expression,
  ExpressionAttributeNames: names = {},
}: Json): readonly string[] {
  if (typeof expression !== 'string') return []
  const paths = expression.split(',').map((path) => path.trim().replace(/[.[].*$/, ''))
  return paths.map((path) => String((names as Json)[path] ?? path))
}

function contextOf({ leadingKeys }: TableAccess, input: Json) {
  const { Select, ReturnValues } = input
  const attributes = projected(input)
  return {
    ...(attributes.length > 0 && { 'dynamodb:Attributes': [...new Set(attributes)] }),
    ...(leadingKeys && leadingKeys.length > 0 && { 'dynamodb:LeadingKeys': [...new Set(leadingKeys)] }),
    ...(typeof Select === 'string' && { 'dynamodb:Select': Select }),
    ...(typeof ReturnValues === 'string' && { 'dynamodb:ReturnValues': ReturnValues }),
  }
}
