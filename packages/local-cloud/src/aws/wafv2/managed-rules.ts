/**
 * AWS's managed rule groups, as far as their documentation says exactly what a rule matches: sizes, a missing header, a method.
 * The patterns of the other rules (scripts, file inclusion, known attacks, lists of addresses) are not published and are not
 * made up here: those rules are known by name and match nothing. `Host_localhost_HEADER` matches nothing either, as the local
 * load balancer is called `localhost`.
 */
import type { ClientRequest } from '../load-balancer/client-request.ts'
import { INSPECTED_BODY_BYTES } from '../load-balancer/constants.ts'

export interface Inspected {
  readonly request: ClientRequest
  /** The length of the whole body, which may be longer than the part that is inspected. */
  readonly bodyBytes: number
}

export type Matches = ((inspected: Inspected) => boolean) | 'unpublished'

const MAX_QUERY_STRING_BYTES = 2048
const MAX_COOKIE_BYTES = 10_240
const MAX_PATH_BYTES = 1024

const header = ({ request }: Inspected, wanted: string) =>
  request.headers.filter(([name]) => name === wanted).map(([, value]) => value)

const COMMON: Readonly<Record<string, Matches>> = {
  NoUserAgent_HEADER: (inspected) => header(inspected, 'user-agent').join('') === '',
  UserAgent_BadBots_HEADER: 'unpublished',
  SizeRestrictions_QUERYSTRING: ({ request }) => Buffer.byteLength(request.queryString) > MAX_QUERY_STRING_BYTES,
  SizeRestrictions_Cookie_HEADER: (inspected) => header(inspected, 'cookie').join('; ').length > MAX_COOKIE_BYTES,
  SizeRestrictions_BODY: ({ bodyBytes }) => bodyBytes > INSPECTED_BODY_BYTES,
  SizeRestrictions_URIPATH: ({ request }) => Buffer.byteLength(request.path) > MAX_PATH_BYTES,
  EC2MetaDataSSRF_BODY: 'unpublished',
  EC2MetaDataSSRF_COOKIE: 'unpublished',
  EC2MetaDataSSRF_URIPATH: 'unpublished',
  EC2MetaDataSSRF_QUERYARGUMENTS: 'unpublished',
  GenericLFI_QUERYARGUMENTS: 'unpublished',
  GenericLFI_URIPATH: 'unpublished',
  GenericLFI_BODY: 'unpublished',
  RestrictedExtensions_URIPATH: 'unpublished',
  RestrictedExtensions_QUERYARGUMENTS: 'unpublished',
  GenericRFI_QUERYARGUMENTS: 'unpublished',
  GenericRFI_BODY: 'unpublished',
  GenericRFI_URIPATH: 'unpublished',
  CrossSiteScripting_COOKIE: 'unpublished',
  CrossSiteScripting_QUERYARGUMENTS: 'unpublished',
  CrossSiteScripting_BODY: 'unpublished',
  CrossSiteScripting_URIPATH: 'unpublished',
}

const KNOWN_BAD_INPUTS: Readonly<Record<string, Matches>> = {
  JavaDeserializationRCE_HEADER: 'unpublished',
  JavaDeserializationRCE_BODY: 'unpublished',
  JavaDeserializationRCE_URIPATH: 'unpublished',
  JavaDeserializationRCE_QUERYSTRING: 'unpublished',
  Host_localhost_HEADER: 'unpublished',
  PROPFIND_METHOD: ({ request }) => request.method === 'PROPFIND',
  ExploitablePaths_URIPATH: 'unpublished',
  Log4JRCE_HEADER: 'unpublished',
  Log4JRCE_QUERYSTRING: 'unpublished',
  Log4JRCE_BODY: 'unpublished',
  Log4JRCE_URIPATH: 'unpublished',
  ReactJSRCE_BODY: 'unpublished',
}

const IP_REPUTATION: Readonly<Record<string, Matches>> = {
  AWSManagedIPReputationList: 'unpublished',
  AWSManagedReconnaissanceList: 'unpublished',
  AWSManagedIPDDoSList: 'unpublished',
}

export const MANAGED_GROUPS: Readonly<Record<string, Readonly<Record<string, Matches>>>> = {
  AWSManagedRulesCommonRuleSet: COMMON,
  AWSManagedRulesKnownBadInputsRuleSet: KNOWN_BAD_INPUTS,
  AWSManagedRulesAmazonIpReputationList: IP_REPUTATION,
}
