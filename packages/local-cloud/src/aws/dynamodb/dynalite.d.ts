/** The parts of dynalite 4.0 that engine.ts calls; the package has no types of its own. */
declare module 'dynalite/db/index.js' {
  export interface Store {
    readonly tableDb: { awsAccountId: string; awsRegion: string }
    readonly lifecycleManager: { gracefulClose(done: (error?: Error) => void): void }
  }
  const db: {
    create(options: {
      readonly path?: string
      readonly createTableMs: number
      readonly deleteTableMs: number
      readonly updateTableMs: number
    }): Store
  }
  export default db
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js'

  const validations: {
    checkTypes(data: Record<string, unknown>, types: object): Record<string, unknown>
    checkValidations(data: Record<string, unknown>, types: object, custom: unknown, store: Store): void
  }
  export default validations
}
