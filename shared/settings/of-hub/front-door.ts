/** Hub settings: the name that clients call, who may reach it, and how often. */
import { mostAllowedBlocks } from '../../load-balancer-quotas.ts'
import { CERTIFICATE_ARN, DOMAIN, none } from '../common.ts'
import type { Setting } from '../setting.ts'
import { simple } from '../shapes.ts'
import { account, anyCidr, listOf, matching } from '../values.ts'

export const domainName: Setting<string | undefined> = {
  type: 'text',
  meaning: 'Name of the gateway, in its certificate and its URL.',
  allowed: 'a lower-case host name, such as genai.example.com, with hostedZoneId or certificateArn.',
  placeholder: '{NAME}',
  fallback: none,
  parse: matching(DOMAIN, 'a lower-case host name', (raw) => raw.toLowerCase()),
}

export const hostedZoneId: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Public hosted zone in the hub's account: the certificate is made and validated in it, and the domain name added to it.",
  allowed: 'the id of a Route 53 hosted zone, such as Z0123456789ABCDEFGHIJ; not together with certificateArn.',
  placeholder: '{ID}',
  fallback: none,
  parse: matching(/^Z[A-Z0-9]{3,31}$/, 'the id of a hosted zone'),
}

export const certificateArn: Setting<string | undefined> = {
  type: 'text',
  meaning: 'Existing certificate for the domain name; the DNS record is then yours to make.',
  allowed: "the ARN of an ACM certificate in the hub's account and region; not together with hostedZoneId.",
  placeholder: '{ARN}',
  fallback: none,
  parse: matching(CERTIFICATE_ARN, 'the ARN of an ACM certificate'),
}

export const allowInsecureHttp = simple(
  { is: 'true or false' },
  {
    meaning:
      'Demo only: a listener without TLS, over which tokens and prompts are sent unencrypted. Used instead of a domain name.',
    allowed: 'true or false; true only without domainName, hostedZoneId and certificateArn.',
    fallback: false,
  },
)

/** The most blocks for which the load balancer's security group has room, whatever else is set. */
const MOST_BLOCKS = mostAllowedBlocks({ kind: 'insecureHttp' }, false)

export const allowedCidrBlocks: Setting<readonly string[]> = {
  type: 'list of CIDR blocks',
  meaning: 'Who may reach the load balancer.',
  allowed: `1 to ${mostAllowedBlocks({ kind: 'hostedZone' }, false)} different IPv4 CIDR blocks, one fewer with clientInstance or endpointService, two fewer with both; with allowInsecureHttp 1 to ${MOST_BLOCKS}. 0.0.0.0/0 is everybody; with an internal load balancer only private blocks.`,
  entries: 'list',
  placeholder: '{BLOCK}',
  fallback: 'required',
  parse: listOf(anyCidr, 1, MOST_BLOCKS),
}

export const wafRateLimit = simple(
  { is: 'whole number', least: 10, most: 2_000_000_000 },
  {
    meaning:
      'Requests in five minutes from one source address, after which the firewall blocks it. Requests by PrivateLink come from a few addresses only, so for them the limit applies to requests with one token.',
    fallback: 2000,
  },
)

export const clientInstance = simple(
  { is: 'true or false' },
  {
    meaning: 'A small EC2 instance in a public subnet to send test requests from.',
    fallback: false,
  },
)

const ORIGIN = /^https:\/\/(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/

export const browserOrigin: Setting<string | undefined> = {
  type: 'text',
  meaning:
    'The one origin whose pages may call the gateway: that of the client (docs/client.md). Only one is possible. Without the setting, pages of every origin may call; they need a token all the same.',
  allowed: 'https:// and a lower-case host name, without a path, such as https://chat.example.com.',
  placeholder: 'https://{NAME}',
  fallback: { value: undefined, text: 'every origin' },
  parse: matching(ORIGIN, 'the origin of a page', (raw) => raw.toLowerCase().replace(/\/$/, '')),
}

export const loadBalancer = simple(
  { is: 'choice', of: ['public', 'internal'] },
  {
    meaning:
      'Whether the load balancer has public addresses. An internal one is reached by private addresses only, and makes a NAT gateway per zone, by which it fetches key sets. Chosen when the hub is made: a change replaces the load balancer, and is refused while tenants live.',
    fallback: 'public',
  },
)

export const endpointService = simple(
  { is: 'true or false' },
  {
    meaning:
      'Offers the gateway by PrivateLink, under its own name: to tenants with `gatewayEndpoint`, and to the accounts of endpointServiceAccounts (docs/private-door.md).',
    allowed: 'true or false; true only with hostedZoneId.',
    fallback: false,
  },
)

export const endpointServiceAccounts: Setting<readonly string[] | undefined> = {
  type: 'list of accounts',
  meaning:
    "Accounts of partners without a spoke, who may ask to be connected by PrivateLink. Every connection is accepted by an operator. Do not list tenants' accounts: their stacks add them.",
  allowed: '1 to 100 different account ids of 12 digits, quoted; only with endpointService.',
  entries: 'list',
  placeholder: '{ACCOUNT}',
  fallback: none,
  parse: listOf(account, 1, 100),
}
