/**
 * Runs dynalite as a library in this process: its store, validation and actions. Its own HTTP server is not used, because it checks no
 * signature, so everybody on the machine could write through its port.
 */
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import db, { type Store } from 'dynalite/db/index.js'
import validations from 'dynalite/validations/index.js'
import { AwsError, UnsupportedError } from '../../errors.ts'

export type Json = Record<string, unknown>

/** One account's tables in one region. */
export interface Engine {
  /**
   * Checks types and constraints, and parses expressions.
   * @returns the input in dynalite's form
   * @throws AwsError with AWS's validation errors
   */
  validate(operation: string, input: Json): Json
  /** Runs what {@link validate} has returned. */
  run(operation: string, validated: Json): Promise<Json>
  close(): Promise<void>
}

interface Action {
  readonly validation: { readonly types: object; readonly custom?: unknown }
  readonly act: (store: Store, data: Json, done: (error: unknown, answer: Json) => void) => void
}

/** @param directory where the tables are kept; without one they are in memory */
export async function openEngine(account: string, region: string, directory?: string): Promise<Engine> {
  if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = directory === undefined ? {} : { path: path.join(directory, `${account}-${region}`) }
  // Tables are active at once. On AWS this takes a while.
  const store = db.create({ ...file, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  store.tableDb.awsAccountId = account
  store.tableDb.awsRegion = region
  return {
    validate(operation, input) {
      const { types, custom } = actionOf(operation).validation
      for (const name of Object.keys(input))
        if (!Object.hasOwn(types, name) && input[name] !== null)
          throw new UnsupportedError(`the parameter '${name}' of dynamodb:${operation}`)
      try {
        const data = validations.checkTypes(structuredClone(input), types)
        validations.checkValidations(data, types, custom, store)
        return data
      } catch (error) {
        throw awsError(error)
      }
    },
    run: (operation, validated) =>
      new Promise((done, failed) =>
        actionOf(operation).act(store, validated, (error, answer) => (error ? failed(awsError(error)) : done(answer))),
      ),
    close: () =>
      new Promise((done, failed) => store.lifecycleManager.gracefulClose((error) => (error ? failed(error) : done()))),
  }
}

const require = createRequire(import.meta.url)
const actions = new Map<string, Action>()

function actionOf(operation: string): Action {
  const known = actions.get(operation)
  if (known) return known
  const name = operation.charAt(0).toLowerCase() + operation.slice(1)
  const action: Action = {
    validation: require(`dynalite/validations/${name}`),
    act: require(`dynalite/actions/${name}`),
  }
  actions.set(operation, action)
  return action
}

/** dynalite throws the answer that its server would send: `{ statusCode, body: { __type, message } }`. */
function awsError(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: number; body?: Readonly<Record<string, string>> }
  if (statusCode === undefined || !body) return error
  const code = (body.__type ?? '').replace(/^.*#/, '')
  return new AwsError(code, body.message ?? body.Message ?? '', statusCode)
}
