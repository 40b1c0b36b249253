/** Requests that nobody has sent, step by step as an observer is told of them: more than a local cloud could serve while a test waits. */
import type { Path } from '@genai/local-cloud/network/path'
import { reach } from '@genai/local-cloud/network/reach'
import type { Observed, Step } from '@genai/local-cloud/observer'
import { LAPTOP } from '../../cli/demo/validate.ts'
import type { Platform } from '../platform/platform.ts'

interface Ways {
  readonly listenerArn: string
  readonly arrival: Path
  readonly model: Path
}

const known = new WeakMap<Platform, Ways>()

/** The paths of the platform itself, looked up once. */
function waysOf(platform: Platform): Ways {
  const there = known.get(platform)
  if (there) return there
  const { ledger } = platform.cloud
  const path = (...[from, host]: [Parameters<typeof reach>[1], string]) => {
    const found = reach(ledger, from, host, 443)
    if (!found.reachable) throw new Error(found.reason)
    return found
  }
  const endpoint = ledger.all('aws:ec2/vpcEndpoint:VpcEndpoint').find(({ account }) => account === '222222222222')
  const [entry] = (endpoint?.outputs.dnsEntries ?? []) as readonly { readonly dnsName: string }[]
  const listener = ledger.all('aws:lb/listener:Listener').find(({ outputs }) => outputs.port === 443)
  const made = {
    listenerArn: String(listener?.outputs.arn),
    arrival: path(LAPTOP, new URL(platform.hub.gatewayUrl).hostname),
    model: path(
      { kind: 'function', functionName: 'genai-gateway-tenant1', account: '111111111111' },
      entry?.dnsName ?? '',
    ),
  }
  known.set(platform, made)
  return made
}

/** Every tenth is refused. */
export function imagined(number: number, platform: Platform): readonly Observed[] {
  const { listenerArn, arrival, model } = waysOf(platform)
  const at = Date.now()
  const traceId = `Root=1-imagined-${number}`
  const refused = number % 10 === 0
  const functionArn = 'arn:aws:lambda:us-east-1:111111111111:function:genai-gateway-tenant1'
  const steps: readonly Step[] = [
    { kind: 'arrived', traceId, listenerArn, method: 'POST', target: '/tenant1/invoke', path: arrival },
    { kind: 'validated', traceId, valid: !refused, ...(refused && { reason: 'JWTClaimValueInvalid' }) },
    ...(refused
      ? []
      : ([
          { kind: 'forwarded', traceId, to: { kind: 'function', functionArn } },
          {
            kind: 'called',
            call: -number,
            from: { kind: 'function', functionName: 'genai-gateway-tenant1', account: '111111111111' },
            host: 'bedrock',
            service: 'bedrock-runtime',
            path: model,
            traceId,
          },
          {
            kind: 'decided',
            call: -number,
            action: 'bedrock:InvokeModel',
            resource: '*',
            caller: 'role',
            allowed: true,
          },
          {
            kind: 'served',
            call: -number,
            operation: 'Converse',
            status: 200,
            milliseconds: 3,
            account: '222222222222',
          },
        ] as const)),
    { kind: 'answered', traceId, status: refused ? 401 : 200, milliseconds: 9 },
  ]
  return steps.map((step, index) => ({ ...step, at: at + index }))
}
