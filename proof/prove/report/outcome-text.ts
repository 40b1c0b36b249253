/** Outcomes in words for an auditor. */
import { FIXED, LAYERS, type Layer } from '../layers.ts'
import type { Outcome } from '../outcome.ts'
import type { Stop, Verdict } from '../run.ts'

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  stopped: 'stopped',
  contained: 'served as oneself',
  weakened: '**WEAKENED**',
  'not stopped': '**NOT STOPPED**',
}

export const whyFixed = (layer: Layer): string | undefined => FIXED[layer]

export const withoutIt = ({ alone }: Stop) => (alone ? inWords(alone) : 'cannot be switched off')

export function inWords(outcome: Outcome): string {
  if (outcome.kind === 'stopped') return outcome.by.map((layer) => LAYERS[layer]).join(' and ')
  return outcome.kind === 'through' ? `it gets through: ${short(outcome.detail)}` : 'served as oneself, nothing crossed'
}

export const lastWords = (last: Stop | undefined) => (last && whyFixed(last.layer)) ?? 'it cannot be switched off'

/** Shortens a detail: removes session names, which differ in every run, and keeps the call and the reason for the refusal. */
export function short(detail: string): string {
  const refused = /^User: \S+ is not authorized to perform: (\S+)(?: on resource: \S+)?(.*)$/.exec(detail)
  const plain = refused ? `${refused[1]} refused${refused[2]}` : detail
  return plain.length > 160 ? `${plain.slice(0, 157)}…` : plain
}

/** A cell of a table in Markdown. */
export const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
