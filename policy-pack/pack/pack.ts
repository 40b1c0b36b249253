/** The policy pack, which the Pulumi CLI runs with `--policy-pack policy-pack/pack`. */
import { PolicyPack } from '@pulumi/policy'
import { RULES } from '../rules.ts'
import { asPolicies } from './adapter.ts'

new PolicyPack('genai-hub-spoke', { policies: asPolicies(RULES) })
