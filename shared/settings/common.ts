/** Settings that both roles have, and patterns of AWS identifiers. Only the partition `aws` is supported: names and ARNs assume it. */
import type { Credentials } from '../choices.ts'
import type { Setting } from './setting.ts'
import { account, matching } from './values.ts'

export const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/
export const CERTIFICATE_ARN = /^arn:aws:acm:([a-z0-9-]+):(\d{12}):certificate\/[0-9a-f-]{36}$/
export const TOPIC_ARN = /^arn:aws:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}$/
export const SINK_ARN = /^arn:aws:oam:([a-z0-9-]+):(\d{12}):sink\/[\w-]{1,64}$/
/** `https://` and a host name, perhaps with a path. */
export const ADDRESS =
  /^https:\/\/(?=[^/]{4,253}(\/|$))([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(\/[\w.~-]+)*\/?$/i
/** A lower-case host name. */
export const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/
const PROFILE = /^[\w.@+-]{1,128}$/

/** A repository, and the digest of an image in it. */
export const IMAGE = /^[a-z0-9][a-z0-9._-]*(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)+@sha256:[0-9a-f]{64}$/

export const none = { value: undefined, text: 'none' } as const

export function accountSetting(meaning: string): Setting<string> {
  return {
    type: 'text of 12 digits',
    meaning,
    allowed: 'an AWS account id of 12 digits.',
    placeholder: '{ACCOUNT}',
    fallback: 'required',
    parse: account,
  }
}

export function roleArnSetting(meaning: string): Setting<string | undefined> {
  return {
    type: 'text',
    meaning,
    allowed: 'the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME.',
    placeholder: 'arn:aws:iam::{ACCOUNT}:role/{NAME}',
    fallback: none,
    parse: matching(ROLE_ARN, 'the ARN of an IAM role'),
  }
}

export function profileSetting(meaning: string): Setting<string | undefined> {
  return {
    type: 'text',
    meaning,
    allowed: 'the name of a profile in the AWS configuration file: letters, digits and _ . @ + -.',
    placeholder: '{PROFILE}',
    fallback: none,
    parse: matching(PROFILE, 'the name of a profile'),
  }
}

/** A provider's credentials, from two optional settings. */
export function credentialsOf(roleArn: string | undefined, profile: string | undefined): Credentials {
  if (roleArn !== undefined) return { kind: 'role', roleArn, ...(profile === undefined ? {} : { profile }) }
  return profile === undefined ? { kind: 'ambient' } : { kind: 'profile', profile }
}

/** The account in a role's ARN. */
export const accountOfRole = (roleArn: string): string | undefined => ROLE_ARN.exec(roleArn)?.[1]

/** For stacks that belong to a hub. */
export const hubStackSetting: Setting<string | undefined> = {
  type: 'text',
  meaning: "Name of the hub's stack in full.",
  allowed: 'ORGANIZATION/PROJECT/STACK; the file backend calls its organization "organization".',
  placeholder: '{ORGANIZATION}/{PROJECT}/{STACK}',
  fallback: { value: undefined, text: 'stack `hub` of this organization and project' },
  parse: matching(/^[\w.-]{1,100}\/[\w.-]{1,100}\/[\w.-]{1,100}$/, 'the full name of a stack'),
}
