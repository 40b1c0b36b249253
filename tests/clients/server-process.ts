/** The gateway's server as a process of its own, in the place of a tenant's function: its subnet, its role, its variables. */
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import { bundle } from '../../proof/bench/bundles.ts'
import { CHAT, startServer } from '../../proof/bench/stream-subject.ts'
import type { Platform } from '../../proof/harness/platform.ts'

export interface ServerProcess {
  /** Without the load balancer: nobody has judged the token before it. */
  readonly url: string
  close(): Promise<void>
}

export async function startServerProcess({ cloud, hub, caFile }: Platform, tenantId: string): Promise<ServerProcess> {
  const functionName = `genai-gateway-${tenantId}`
  const declared = cloud.ledger.all('aws:lambda/function:Function').find(({ outputs }) => outputs.name === functionName)
  if (!declared) throw new Error(`There is no function ${functionName}.`)
  const { variables } = declared.outputs.environment as { readonly variables: Readonly<Record<string, string>> }
  const { account, region } = hub
  const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials.issue(
    {
      arn: `arn:aws:sts::${account}:assumed-role/${functionName}/${functionName}`,
      account,
      roleArn: `arn:aws:iam::${account}:role/${functionName}`,
      sessionName: functionName,
      tags: {},
      sessionPolicies: [],
      sourceFunctionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
    },
    3_600,
  )
  const { port } = await cloud.wire.open({ kind: 'function', functionName, account })
  const environment = {
    ...variables,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    NODE_EXTRA_CA_CERTS: caFile,
    // The probe sends its connections there, under their own names.
    STAND_IN_PORT: `${port}`,
  }
  const probe = await bundle('clients-probe', 'proof/bench/probe.ts')
  const { file } = await bundle('clients-server', 'functions/gateway/server.ts')
  const server = await startServer('server', file, CHAT, { probe: probe.file, environment, token: '' })
  // AWS's clients send no token without TLS, which the load balancer ends on AWS.
  const front = createServer(cloud.authority.issue(['localhost']), (socket) => {
    const back = connect(server.port, '127.0.0.1')
    for (const [one, other] of [
      [socket, back],
      [back, socket],
    ] as const) {
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(front.address() as AddressInfo).port}/${tenantId}`,
    async close() {
      front.close()
      await server.stop()
    },
  }
}
