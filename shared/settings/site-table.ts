/** The settings of a client. The checks between them are in site.ts. */
import {
  accountSetting,
  CERTIFICATE_ARN,
  DOMAIN,
  hubStackSetting,
  none,
  profileSetting,
  roleArnSetting,
} from './common.ts'
import type { Setting } from './setting.ts'
import { integerIn, matching, oneOf } from './values.ts'

const role: Setting<'site'> = {
  type: '`site`',
  meaning: 'Which program the stack runs.',
  allowed: 'hub, spoke or site.',
  placeholder: '{ROLE}',
  fallback: 'required',
  parse: oneOf(['site']),
}

const domainName: Setting<string | undefined> = {
  type: 'text',
  meaning: "Name of the client. The hub's `browserOrigin` is `https://` and this name.",
  allowed: 'a lower-case host name, such as chat.example.com, with hostedZoneId or certificateArn.',
  placeholder: '{NAME}',
  fallback: { value: undefined, text: "a name of CloudFront's" },
  parse: matching(DOMAIN, 'a lower-case host name', (raw) => raw.toLowerCase()),
}

const hostedZoneId: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Public hosted zone in the client's account: the certificate is made and validated in it, and the domain name added to it.",
  allowed: 'the id of a Route 53 hosted zone, such as Z0123456789ABCDEFGHIJ; not together with certificateArn.',
  placeholder: '{ID}',
  fallback: none,
  parse: matching(/^Z[A-Z0-9]{3,31}$/, 'the id of a hosted zone'),
}

const certificateArn: Setting<string | undefined> = {
  type: 'text',
  meaning: 'Existing certificate for the domain name; the DNS record is then yours to make.',
  allowed:
    "the ARN of an ACM certificate in the client's account and in us-east-1, where CloudFront looks for them; not together with hostedZoneId.",
  placeholder: '{ARN}',
  fallback: none,
  parse: matching(CERTIFICATE_ARN, 'the ARN of an ACM certificate'),
}

const title: Setting<string> = {
  type: 'text',
  meaning: 'Title of the page.',
  allowed: '1 to 40 characters, no line breaks.',
  placeholder: '{TITLE}',
  fallback: { value: 'Chat', text: '`Chat`' },
  parse: matching(/^(?=.*\S)[^\r\n]{1,40}$/, 'a title of 1 to 40 characters'),
}

const wafRateLimit: Setting<number> = {
  type: 'whole number',
  meaning: 'Requests of the page in five minutes from one source address, after which the firewall blocks it.',
  allowed: '10 to 2000000000.',
  placeholder: '{NUMBER}',
  fallback: { value: 2000, text: '`2000`' },
  parse: integerIn(10, 2_000_000_000),
}

/** Every setting of a client's stack, in the order of docs/settings.md. */
export const SITE_TABLE = {
  role,
  hubStack: hubStackSetting,
  account: accountSetting("The client's AWS account: any, the hub's as well."),
  roleArn: roleArnSetting("Role in the client's account to deploy with; without it, the credentials at hand."),
  profile: profileSetting('Profile of the AWS configuration file to take credentials from.'),
  domainName,
  hostedZoneId,
  certificateArn,
  title,
  wafRateLimit,
} as const

/** Settings that are only parts of other values: credentials, the name and its certificate. */
export const SITE_PARTS = ['roleArn', 'profile', 'domainName', 'hostedZoneId', 'certificateArn'] as const
