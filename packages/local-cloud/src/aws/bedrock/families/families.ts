import type { TextFamily } from '../catalogue.ts'
import { claude } from './claude.ts'
import type { Family } from './family.ts'
import { nova } from './nova.ts'
import { titan } from './titan.ts'

export const FAMILIES: Readonly<Record<TextFamily, Family>> = { anthropic: claude, nova, titan }
