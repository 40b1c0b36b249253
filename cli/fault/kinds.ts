/** The kinds of faults, by their names on the command line, with the options of each. */

/** Options that select the calls: a call must match every option that is given. */
export const WHERE_OPTIONS = ['service', 'operation', 'account', 'tenant', 'model'] as const
/** Options that say how many of the selected calls the fault affects. */
const SHARES = ['times', 'probability'] as const
const OUTAGE_OPTIONS = ['zone', 'endpoint'] as const
const VALUES = ['milliseconds', 'seconds', 'code', 'status', 'retry-after', 'after'] as const

export const OPTIONS = [...WHERE_OPTIONS, ...SHARES, ...OUTAGE_OPTIONS, ...VALUES] as const
export type Option = (typeof OPTIONS)[number]

interface Kind {
  /** Short description for the help. */
  readonly what: string
  readonly needs: readonly Option[]
  readonly takes: readonly Option[]
  readonly example: string
}

const CALLS: readonly Option[] = [...WHERE_OPTIONS, ...SHARES]
const add = (rest: string) => `npm run genai -- fault add ${rest}`

export const KINDS = {
  latency: {
    what: 'the service answers later',
    needs: ['milliseconds'],
    takes: CALLS,
    example: add('latency --tenant tenant1 --service bedrock-runtime --milliseconds 2000'),
  },
  error: {
    what: 'the service answers an error of its own',
    needs: ['code', 'status'],
    takes: CALLS,
    example: add('error --service sts --code ServiceUnavailable --status 503'),
  },
  throttling: {
    what: "the service's own throttling error",
    needs: [],
    takes: [...CALLS, 'retry-after'],
    example: add('throttling --service bedrock-runtime --account 222222222222 --probability 0.5'),
  },
  'expired-credentials': {
    what: 'the service takes the credentials for expired',
    needs: [],
    takes: CALLS,
    example: add('expired-credentials --service bedrock-runtime --times 1'),
  },
  'clock-skew': {
    what: "the service's clock is so far ahead, or behind (negative)",
    needs: ['seconds'],
    takes: CALLS,
    example: add('clock-skew --service sts --seconds=-600'),
  },
  'short-session': {
    what: 'STS issues credentials that last no longer than this',
    needs: ['seconds'],
    takes: CALLS,
    example: add('short-session --service sts --tenant tenant1 --seconds 10'),
  },
  reset: {
    what: 'the connection is reset after the request was sent',
    needs: [],
    takes: CALLS,
    example: add('reset --service dynamodb --operation Query'),
  },
  'half-answer': {
    what: 'the connection breaks in the middle of the answer',
    needs: [],
    takes: CALLS,
    example: add('half-answer --service bedrock-runtime --tenant tenant1'),
  },
  silence: {
    what: 'nothing comes back, and the connection stays open',
    needs: [],
    takes: CALLS,
    example: add('silence --service cognito-idp --operation jwks.json'),
  },
  'stream-pause': {
    what: 'a streamed answer comes to a halt for a while (--after EVENTS; default: before the first)',
    needs: ['milliseconds'],
    takes: [...CALLS, 'after'],
    example: add('stream-pause --tenant tenant1 --milliseconds 20000 --after 3'),
  },
  'stream-error': {
    what: 'an exception comes in the middle of a streamed answer, and is its end',
    needs: ['after'],
    takes: [...CALLS, 'code'],
    example: add('stream-error --service bedrock-runtime --code throttlingException --after 3'),
  },
  'stream-end': {
    what: 'a streamed answer ends too early, in good order',
    needs: ['after'],
    takes: CALLS,
    example: add('stream-end --operation ConverseStream --after 3'),
  },
  'stream-cut': {
    what: 'the connection breaks in the middle of a streamed answer',
    needs: ['after'],
    takes: CALLS,
    example: add('stream-cut --tenant tenant1 --after 3 --times 1'),
  },
  kill: {
    what: "a function's process is killed so long after a request reached it (needs --service lambda)",
    needs: ['milliseconds'],
    takes: CALLS,
    example: add('kill --service lambda --tenant tenant1 --milliseconds 1 --times 1'),
  },
  outage: {
    what: 'network interfaces swallow what is sent to them: of an endpoint, in one zone or in all',
    needs: [],
    takes: ['zone', 'tenant', 'account', 'endpoint'],
    example: add('outage --tenant tenant1 --zone use1-az1'),
  },
} as const satisfies Readonly<Record<string, Kind>>
