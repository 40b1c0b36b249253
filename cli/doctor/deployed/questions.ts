/**
 * All questions that AWS's documentation leaves open and that matter to this project, each with the places in the documentation that mention it.
 * A test checks that these places exist, and that every open question in the documentation is listed.
 */
import { appClientListed } from '../test-tenant/trials.ts'
import type { Question } from './question.ts'
import { ASKED } from './questions-automatic.ts'
import { OF_CLIENT } from './questions-client.ts'
import { OF_MODELS } from './questions-models.ts'
import { OF_NETWORK } from './questions-network.ts'
import { OF_PRIVATE_DOOR } from './questions-private-door.ts'
import { NOTHING, note } from './sources.ts'

export const QUESTIONS: readonly Question[] = [
  ...ASKED,
  ...OF_NETWORK,
  ...OF_MODELS,
  ...OF_CLIENT,
  ...OF_PRIVATE_DOOR,
  {
    id: 'pool-with-domain',
    from: [{ file: note('0043-app-clients-for-machines'), words: 'for a pool with a domain is not known' }],
    question: 'How is a user pool with a domain refused through PrivateLink?',
    how: 'only from inside the hub’s VPC, with keySetVia: endpoint, which is refused beside a domain',
    expected: 'it is refused, whatever the words are',
    otherwise: NOTHING,
    notAsked: 'It takes a pool with a domain in a hub that reads keys through the endpoint.',
  },
  {
    id: 'new-app-client-listed',
    from: [{ file: note('0043-app-clients-for-machines'), words: 'shows a new client at once is not known' }],
    question: 'Does ListUserPoolClients show an app client that was made a moment ago?',
    how: 'npm run tenant -- machine add, then machine list',
    expected: 'it does',
    otherwise: 'Wait for machine list to show it before machine rotate or remove.',
    notAsked: 'It takes an app client that is made for it (--with-test-tenant).',
    trial: { when: 'made', ask: appClientListed },
  },
  {
    id: 'keys-without-alg',
    from: [{ file: note('0061-external-identity-provider'), words: 'as Entra ID’s, is not known' }],
    question: 'Does the load balancer take keys of a set that do not name their algorithm?',
    how: 'any call with a token of such a provider (Entra ID), on a hub with identity',
    expected: 'the gateway answers',
    otherwise: 'A provider whose keys have alg, such as Okta or Keycloak, or the hub’s own user pool.',
    notAsked: 'It takes a person of the external provider.',
  },
  {
    id: 'audience-in-a-list',
    from: [{ file: note('0061-external-identity-provider'), words: 'a list of audiences with one value is not known' }],
    question: 'Does the load balancer’s single-string match a list of one audience?',
    how: 'a call with a token whose aud is a list, on a hub with identity',
    expected: 'it does not matter: the gateway refuses it',
    otherwise: NOTHING,
    notAsked: 'It takes a person of the external provider.',
  },
  {
    id: 'groups-of-browser-sign-in',
    from: [{ file: note('0060-sign-in-by-browser'), words: 'whether AWS always puts them there is not known' }],
    question: 'Does an ID token of a sign-in by browser (scope openid) have the user’s groups?',
    how: 'npm run login -- TENANT --browser with the hub’s userPoolDomain; then any call with the token',
    expected: 'the gateway answers',
    otherwise: 'Sign in without --browser.',
    notAsked: 'It takes a person with a browser.',
  },
  {
    id: 'scan-of-key-sets',
    from: [{ file: note('0040-key-sets-in-a-table'), words: 'was tried on the local cloud only' }],
    question: 'Do dynamodb:Attributes and dynamodb:Select bind a Scan?',
    how: 'only with the credentials of a tenant’s gateway: a Scan of the table of key sets that asks for every attribute',
    expected: 'it is denied; what it would show is public keys',
    otherwise: NOTHING,
    notAsked: 'Credentials of a gateway leave it for nobody, this command neither.',
  },
  {
    id: 'text-claims-of-machines',
    from: [{ file: note('0041-machines-without-secrets'), words: 'was tried on the local cloud only' }],
    question: 'Does the load balancer compare a claim of text as the gateway does, for every issuer of machines?',
    how: 'a call with a token of each issuer that the hub’s tenants name, and one with another value of the claim',
    expected: 'the first is answered, the second is refused by the load balancer',
    otherwise: 'Name another claim in machineIssuers; the gateway compares it in any case.',
    notAsked: 'It takes a token of a machine, which only that machine gets: its first call shows it.',
  },
  {
    id: 'conditional-writes',
    from: [{ file: note('0050-limits-by-conditional-writes'), words: 'was tried on dynalite only' }],
    question: 'Does DynamoDB evaluate size() of a map, and old values in a SET, as documented?',
    how: 'requests to a tenant with limits; then GET /TENANT/usage',
    expected: 'what is used and what is held add up',
    otherwise:
      'Take limits out of the tenant’s settings, and report it: requests are refused as limits_unavailable where a write fails.',
    notAsked: 'It takes a tenant with limits: its first requests, and usage reconcile, show it.',
  },
  {
    id: 'another-redirect-uri',
    from: [{ file: note('0060-sign-in-by-browser'), words: 'redirect_uri` is not documented' }],
    question: 'What does Cognito answer for a code that comes with another redirect_uri?',
    how: 'only by a sign-in whose second half is made up',
    expected: 'it is refused, whatever the words are',
    otherwise: NOTHING,
    notAsked: 'It takes a person in a browser.',
  },
  {
    id: 'groups-of-federated-people',
    from: [
      { file: note('0093-federation-by-a-group'), words: 'in the very first token of a person is not known' },
      { file: note('0093-federation-by-a-group'), words: 'is in the new group is not known' },
    ],
    question:
      'Is the provider’s group in the first ID token of a federated person, and again once the provider was made anew?',
    how: 'npm run login -- TENANT --browser --provider NAME as somebody new, then a call; the same after the entry was taken out and put back',
    expected: 'the gateway answers',
    otherwise: 'Sign in again; an operator can put the person into the group (AdminAddUserToGroup).',
    notAsked: 'It takes a person of the provider.',
  },
  {
    id: 'people-of-a-saml-provider',
    from: [{ file: 'docs/identity.md', words: 'No sign-in by SAML has been tried' }],
    question: 'Do people of a SAML provider get the provider’s group, and call on its path?',
    how: 'an entry of type saml in federatedProviders; npm run login -- TENANT --browser --provider NAME, then a call',
    expected: 'the gateway answers',
    otherwise: 'A provider that speaks OpenID Connect, which Entra ID, Okta and Keycloak all do.',
    notAsked: 'It takes a SAML provider and a person of it.',
  },
  {
    id: 'secrets-of-machines',
    from: [{ file: note('0103-a-machines-secret-in-its-account'), words: 'Not tried on AWS' }],
    question: 'Does machine add write the secret into the tenant’s account, and when can the name be used again?',
    how: 'npm run tenant -- machine add TENANT NAME --secrets-manager --aws, then machine remove and machine add again',
    expected: 'the secret is there; the second time at once, or refused with nothing changed',
    otherwise: 'Without --secrets-manager the secret is printed; try again in some minutes.',
    notAsked: 'It writes, and the role of the doctor only reads.',
  },
  {
    id: 'bounded-deployer',
    from: [{ file: note('0107-roles-of-a-shared-account-are-bounded'), words: 'Not tried on AWS' }],
    question: 'Does the boundary keep the deployer of a tenant in a shared account from what is a neighbour’s?',
    how: 'as genai-deployer-TENANT: make a role without the boundary, and give a bounded role a policy that allows everything',
    expected: 'the role is refused; the bounded one reaches nothing that has a neighbour’s tag',
    otherwise: 'An account of its own for each tenant, until it is mended. Report it.',
    notAsked: 'It writes, and takes a shared account with two tenants.',
  },
  {
    id: 'codes-beside-their-half-minute',
    from: [
      {
        file: note('0092-a-second-factor'),
        words: 'How many half minutes either side Cognito takes is not documented',
      },
    ],
    question:
      'How far may the clock of an authenticator app be off, and when does Cognito make a guesser of codes wait?',
    how: 'npm run login -- TENANT --code with the last code but one, on a hub with userPoolMfa; then wrong ones',
    expected: 'the code before the current one is taken, and some wrong ones later the answer is another',
    otherwise: 'Set the clock of the device right.',
    notAsked: 'It takes a user with an app.',
  },
  {
    id: 'classic-pages-set-up-an-app',
    from: [
      { file: note('0092-a-second-factor'), words: 'Whether its classic pages set up an app where one is required' },
      { file: 'docs/identity.md', words: 'let a user set up an app when one is required' },
    ],
    question: 'Do Cognito’s classic pages set up an authenticator app where one is required?',
    how: 'npm run login -- TENANT --browser as a new user, on a hub with userPoolMfa: required',
    expected: 'they show a key, and ask for its first code',
    otherwise: 'Set it up by npm run login without --browser: it answers the same challenge.',
    notAsked: 'It takes a person with a browser.',
  },
  {
    id: 'a-factor-taken-away',
    from: [{ file: 'docs/identity.md', words: 'Cognito reports success but keeps the app' }],
    question: 'Does Cognito take a user’s factor away where every user must have one?',
    how: 'npm run tenant -- user reset-mfa TENANT EMAIL --aws, on a hub with userPoolMfa: required',
    expected: 'the command says that the app is there still',
    otherwise: 'It says that it is gone: so much the better.',
    notAsked: 'It takes a user with an app.',
  },
  {
    id: 'dashboard-expressions',
    from: [{ file: note('0053-guard-rails-on-content'), words: 'finds every name that begins so, is not known' }],
    question: 'Does CloudWatch draw RUNNING_SUM over a SEARCH, and find names by their beginning?',
    how: 'a look at the dashboard, with two tenants of which one has a budget',
    expected: 'a line of each tenant, in spend against budget and in health of functions',
    otherwise: 'The expressions in hub/dashboard.ts.',
    notAsked: 'GetMetricData is no right of the read-only role, and a drawing is looked at.',
  },
  {
    id: 'dashboard-account-labels',
    from: [{ file: note('0097-account-metrics-by-links'), words: 'no such dashboard was ever drawn (?)' }],
    question: 'Does a SEARCH over linked accounts label each line with the account’s name?',
    how: 'a look at the dashboard of a hub with accountMetrics, with two tenants that share their metrics',
    expected: 'a line for each account and model',
    otherwise: 'The labels in hub/dashboard.ts.',
    notAsked: 'A drawing is looked at.',
  },
]
