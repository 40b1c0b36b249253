/** `ReturnValuesOnConditionCheckFailure`, which dynalite does not support: the refusal contains the current item. */
import { AwsError } from '../../errors.ts'
import type { Engine, Json } from './engine.ts'

const KNOWN = ['UpdateItem', 'DeleteItem']

export interface OnFailure {
  /** Runs the write. If the condition fails and the caller asked for it, the exception contains the item. */
  readonly onFailure: (engine: Engine, write: () => Promise<Json>) => Promise<Json>
  /** The input without the parameter. Other operations keep it, so that it is refused by name. */
  readonly rest: Json
}

export function returnedOnFailure(operation: string, input: Json): OnFailure {
  const { ReturnValuesOnConditionCheckFailure: wanted, ...rest } = input
  if (wanted === undefined || !KNOWN.includes(operation)) return { onFailure: (_, write) => write(), rest: input }
  if (wanted !== 'NONE' && wanted !== 'ALL_OLD')
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${String(wanted)}' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, NONE]`,
    )
  return {
    rest,
    async onFailure(engine, write) {
      try {
        return await write()
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException' || wanted === 'NONE')
          throw error
        const { TableName, Key } = rest
        const found = await engine.run('GetItem', engine.validate('GetItem', { TableName, Key, ConsistentRead: true }))
        throw found.Item ? new AwsError(error.code, error.message, error.status, { Item: found.Item }) : error
      }
    },
  }
}
