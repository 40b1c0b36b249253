/** Statements of the deployers' documents, in short. */
import type { PolicyStatement } from './document.ts'

export const allow = (Sid: string, Action: readonly string[], Resource: PolicyStatement['Resource'] = '*') =>
  ({ Sid, Effect: 'Allow', Action, Resource }) as const

/** `of('s3', 'GetObject')` → `['s3:GetObject']` */
export const of = (service: string, ...names: readonly string[]) => names.map((name) => `${service}:${name}`)
