/** For tests: one table, without checks of signatures and permissions, for calls in the form of the SDK's clients. */
import { openEngine } from '../aws/dynamodb/engine.ts'
import { returnedOnFailure } from '../aws/dynamodb/on-failure.ts'
import { AwsError } from '../errors.ts'
import { jsonProtocol } from '../wire/protocol/json.ts'

export interface TestTable {
  /** @param target the value of the header `x-amz-target` */
  handle(
    target: string,
    body: string,
  ): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }>
  close(): Promise<void>
}

export async function openTestTable(name: string, hashKey: string): Promise<TestTable> {
  const engine = await openEngine('111111111111', 'us-east-1')
  const run = (operation: string, input: Record<string, unknown>) =>
    engine.run(operation, engine.validate(operation, input))
  await run('CreateTable', {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: hashKey, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: hashKey, AttributeType: 'S' }],
  })
  for (;;) {
    const { Table } = (await run('DescribeTable', { TableName: name })) as {
      readonly Table: { readonly TableStatus: string }
    }
    if (Table.TableStatus === 'ACTIVE') break
    await new Promise((next) => setTimeout(next, 1))
  }
  const format = jsonProtocol({ version: '1.0', target: 'DynamoDB_20120810' })
  return {
    async handle(target, body) {
      const operation = target.split('.')[1] ?? ''
      try {
        const { onFailure, rest } = returnedOnFailure(operation, JSON.parse(body))
        const validated = engine.validate(operation, rest)
        return textOf(format.respond(await onFailure(engine, () => engine.run(operation, validated)), 'test'))
      } catch (error) {
        if (!(error instanceof AwsError)) throw error
        return textOf(format.refuse(error, 'test'))
      }
    },
    close: () => engine.close(),
  }
}

const textOf = ({
  status,
  headers = {},
  body = '',
}: {
  readonly status: number
  readonly headers?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}) => ({
  status,
  headers: headers as Readonly<Record<string, string>>,
  body: `${body}`,
})
