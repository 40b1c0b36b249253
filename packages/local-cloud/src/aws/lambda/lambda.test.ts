import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { until } from '../../testing/until.ts'
import { declared, declaredFunction, declaredRole, functionArn, startLambda } from './testing.ts'

type Fixture = Awaited<ReturnType<typeof startLambda>>
const running: Fixture[] = []

async function start(...given: Parameters<typeof startLambda>): Promise<Fixture> {
  const fixture = await startLambda(...given)
  running.push(fixture)
  return fixture
}

afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.close()
})

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const eventually = (holds: () => boolean) => until('it', holds)

test('answers what the handler returns, with the context of the request', async () => {
  const { invoke } = await start([
    declaredFunction(
      'echo',
      `export const handler = async (event, context) => ({ event, ...context, left: context.getRemainingTimeInMillis() })`,
    ),
  ])
  const { value, requestId, functionError } = await invoke('echo', { a: 1 })
  expect(functionError).toBeUndefined()
  expect(value).toMatchObject({
    event: { a: 1 },
    functionName: 'echo',
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn('echo'),
    memoryLimitInMB: '128',
    awsRequestId: requestId,
    logGroupName: '/aws/lambda/echo',
  })
  expect(value.left).toBeGreaterThan(8_000)
  expect(value.left).toBeLessThanOrEqual(10_000)
})

test('the environment holds the declared variables and those of Lambda, and nothing of the parent', async () => {
  process.env.PARENT_SECRET = 'of the shell that runs the local cloud'
  const { invoke, credentials, opened } = await start([
    declaredFunction('env', 'export const handler = async () => ({ env: process.env, argv: process.argv.slice(2) })', {
      environment: { variables: { TENANT_ID: 'tenant1' } },
    }),
  ])
  const { env } = (await invoke('env')).value
  delete process.env.PARENT_SECRET
  expect(Object.keys(env).sort()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_DEFAULT_REGION',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_FUNCTION_VERSION',
    'AWS_LAMBDA_INITIALIZATION_TYPE',
    'AWS_LAMBDA_LOG_GROUP_NAME',
    'AWS_LAMBDA_LOG_STREAM_NAME',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'LAMBDA_TASK_ROOT',
    'LANG',
    'PATH',
    'TENANT_ID',
    'TZ',
    '_HANDLER',
  ])
  expect(credentials.find(env.AWS_ACCESS_KEY_ID)?.session).toEqual({
    arn: 'arn:aws:sts::111111111111:assumed-role/execution/env',
    account: '111111111111',
    roleArn: 'arn:aws:iam::111111111111:role/execution',
    sessionName: 'env',
    tags: {},
    sessionPolicies: [],
    sourceFunctionArn: functionArn('env'),
  })
  expect(opened).toEqual([{ kind: 'function', functionName: 'env', account: '111111111111' }])
})

test('one process serves one request at a time and is used again', async () => {
  const { invoke, lambda } = await start([
    declaredFunction(
      'slow',
      `let served = 0
       export const handler = async () => { await new Promise((r) => setTimeout(r, 100)); return [process.pid, ++served] }`,
    ),
  ])
  const [first, second] = await Promise.all([invoke('slow'), invoke('slow')])
  expect(first.value[0]).not.toBe(second.value[0])
  const third = await invoke('slow')
  expect(third.value[1]).toBe(2)
  expect(lambda.pids(functionArn('slow'))).toHaveLength(2)
})

test('reserved concurrency throttles, and none at all switches the function off', async () => {
  const code = 'export const handler = async () => { await new Promise((r) => setTimeout(r, 200)) }'
  const { invoke, events } = await start([
    declaredFunction('two', code, { reservedConcurrentExecutions: 2 }),
    declaredFunction('off', code, { reservedConcurrentExecutions: 0 }),
  ])
  const results = await Promise.allSettled([invoke('two'), invoke('two'), invoke('two')])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  await expect(invoke('off')).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 })
  expect(events.filter(({ kind }) => kind === 'throttled')).toHaveLength(2)
  expect((await invoke('two')).functionError).toBeUndefined()
})

test("functions without a reservation share what is left of the account's concurrency", async () => {
  const code = 'export const handler = async () => { await new Promise((r) => setTimeout(r, 200)) }'
  const { invoke } = await start(
    [
      declaredFunction('reserved', code, { reservedConcurrentExecutions: 9 }),
      declaredFunction('a', code),
      declaredFunction('b', code),
    ],
    { concurrencyLimit: 10 },
  )
  const running = invoke('a')
  await expect(invoke('b')).rejects.toMatchObject({ code: 'TooManyRequestsException' })
  await expect(invoke('reserved')).resolves.toMatchObject({ payload: 'null' })
  await running
})

test('a request over its time is cut off, its process killed, and the next one served by another', async () => {
  const { invoke, lambda, events } = await start([
    declaredFunction(
      'late',
      `export const handler = async (event) => { if (event.hang) for (;;); return process.pid }`,
      { timeout: 1 },
    ),
  ])
  const { value: pid } = await invoke('late')
  const late = await invoke('late', { hang: true })
  expect(late.functionError).toBe('Unhandled')
  expect(late.value.errorType).toBe('Sandbox.Timedout')
  expect(late.value.errorMessage).toBe(`RequestId: ${late.requestId} Error: Task timed out after 1.00 seconds`)
  expect(isAlive(pid)).toBe(false)
  expect(events.some(({ kind }) => kind === 'timedOut')).toBe(true)
  expect((await invoke('late')).value).not.toBe(pid)
  expect(lambda.logs('late').some(({ line }) => line.includes('Task timed out after 1.00 seconds'))).toBe(true)
})

test('a process that is killed in mid-request fails that request only', async () => {
  const { invoke, lambda, events } = await start([
    declaredFunction('victim', 'export const handler = async (e) => e.wait ? new Promise(() => {}) : process.pid'),
  ])
  const { value: pid } = await invoke('victim')
  const waiting = invoke('victim', { wait: true })
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.kill(pid, 'SIGKILL')
  const failed = await waiting
  expect(failed.value).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${failed.requestId} Error: Runtime exited with error: signal: killed`,
  })
  expect((await invoke('victim')).value).not.toBe(pid)
  expect(lambda.pids(functionArn('victim'))).not.toContain(pid)
  const exits = events.filter(({ kind }) => kind === 'exited')
  expect(exits).toEqual([{ kind: 'exited', functionName: 'victim', pid, unexpected: true, reason: 'signal: killed' }])
})

test('a function can be stopped: what runs fails, and the next request is a cold start', async () => {
  const { invoke, lambda, events } = await start([
    declaredFunction('stopped', 'export const handler = async (e) => e.wait ? new Promise(() => {}) : process.pid'),
    declaredFunction('other', 'export const handler = async () => process.pid'),
  ])
  const { value: other } = await invoke('other')
  const { value: pid } = await invoke('stopped')
  const waiting = invoke('stopped', { wait: true })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await lambda.stop('stopped')
  expect((await waiting).value.errorType).toBe('Runtime.ExitError')
  expect(isAlive(pid)).toBe(false)
  expect((await invoke('stopped')).value).not.toBe(pid)
  expect((await invoke('other')).value).toBe(other)
  expect(events.filter(({ kind }) => kind === 'exited')).toMatchObject([{ pid, unexpected: false, reason: 'stopped' }])
})

test('changed code, variables or deletion end the old processes; those that serve finish first', async () => {
  const { invoke, ledger, lambda } = await start([
    declaredFunction(
      'deployed',
      'export const handler = async (e) => { await new Promise(r => setTimeout(r, e.ms ?? 0)); return ["one", process.pid] }',
    ),
  ])
  const { value: before } = await invoke('deployed')
  const busy = invoke('deployed', { ms: 400 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const changed = 'export const handler = async () => [process.env.STAGE, process.pid]'
  await ledger.put(declaredFunction('deployed', changed, { environment: { variables: { STAGE: 'two' } } }))
  expect((await invoke('deployed')).value[0]).toBe('two')
  expect((await busy).value).toEqual(before)
  await eventually(() => !isAlive(before[1]))
  await ledger.delete(declaredFunction('deployed', changed).urn)
  await expect(invoke('deployed')).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 })
  await eventually(() => lambda.pids(functionArn('deployed')).length === 0)
})

test('an idle process is ended after a while, and one whose credentials grow old is replaced', async () => {
  let now = 1_800_000_000
  const { invoke } = await start([declaredFunction('idle', 'export const handler = async () => process.pid')], {
    now: () => now,
  })
  const { value: first } = await invoke('idle')
  now += 299
  expect((await invoke('idle')).value).toBe(first)
  now += 301
  await eventually(() => !isAlive(first))
  const { value: second } = await invoke('idle')
  for (let step = 0; step < 25; step += 1) {
    now += 290
    await invoke('idle')
  }
  expect((await invoke('idle')).value).not.toBe(second)
})

test('what a function prints is its log, a line a call, in memory and in a file', async () => {
  const { invoke, lambda, directory } = await start([
    declaredFunction(
      'talks',
      `export const handler = async () => { console.log('two\\nlines'); console.error({ a: 1 }); process.stdout.write('raw\\n') }`,
    ),
    declaredFunction('json', `export const handler = async () => console.warn({ a: 1 })`, {
      loggingConfig: { logFormat: 'JSON' },
    }),
  ])
  const { requestId } = await invoke('talks')
  const lines = lambda.logs('talks').map(({ line }) => line)
  expect(lines[0]).toMatch(/^INIT_START/)
  expect(lines[1]).toBe(`START RequestId: ${requestId} Version: $LATEST`)
  expect(lines.some((line) => line.endsWith(`\t${requestId}\tINFO\ttwo\rlines`))).toBe(true)
  expect(lines.some((line) => line.endsWith(`\t${requestId}\tERROR\t{ a: 1 }`))).toBe(true)
  expect(lines).toContain('raw')
  expect(lines.at(-2)).toBe(`END RequestId: ${requestId}`)
  expect(lines.at(-1)).toMatch(/^REPORT RequestId: .*Init Duration/)
  const json = await invoke('json')
  const logged = lambda.logs('json').flatMap(({ line }) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  expect(logged).toMatchObject([{ level: 'WARN', requestId: json.requestId, message: { a: 1 } }])
  await lambda.close()
  expect(await readFile(path.join(directory, 'logs/talks.log'), 'utf8')).toContain('\tINFO\ttwo\rlines')
})

test('says that a role without permission to log would leave no log on AWS', async () => {
  const { invoke, lambda } = await start([declaredFunction('quiet', 'export const handler = async () => 1')], {
    mayLog: false,
  })
  await invoke('quiet')
  expect(lambda.logs('quiet').some(({ line }) => line.includes('may not write /aws/lambda/quiet'))).toBe(true)
})

test('refuses what Lambda refuses, and what the stand-in does not have', async () => {
  const code = 'export const handler = async () => 1'
  const { invoke, lambda, ledger } = await start([
    declaredFunction('reserved', code, { environment: { variables: { AWS_REGION: 'eu-west-1' } } }),
    declaredFunction('old', code, { runtime: 'nodejs18.x' }),
    declaredFunction('layered', code, { layers: ['arn:aws:lambda:us-east-1:111111111111:layer:x:1'] }),
    declaredFunction('fine', code),
  ])
  await expect(invoke('reserved')).rejects.toThrow(/reserved keys.*AWS_REGION/)
  await expect(invoke('old')).rejects.toThrow(/does not support the Lambda runtime nodejs18.x/)
  await expect(invoke('layered')).rejects.toThrow(/does not support layers/)
  await expect(invoke('fine', 'x'.repeat(6 * 1024 * 1024))).rejects.toMatchObject({ status: 413 })
  await expect(
    lambda.invoke({ functionArn: functionArn('fine'), payload: '{', caller: { kind: 'operator' } }),
  ).rejects.toMatchObject({ code: 'InvalidRequestContentException' })
  await ledger.put(declaredRole('ec2.amazonaws.com'))
  await expect(invoke('fine')).rejects.toThrow(/cannot be assumed by Lambda/)
})

test('a service needs a permission, for its own resource', async () => {
  const code = 'export const handler = async () => 1'
  const { ledger, lambda } = await start([declaredFunction('called', code)])
  const sourceArn = 'arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/genai-tenant1/0123456789abcdef'
  const call = () =>
    lambda.invoke({
      functionArn: functionArn('called'),
      payload: '{}',
      caller: {
        kind: 'service',
        principal: 'elasticloadbalancing.amazonaws.com',
        sourceArn,
        sourceAccount: '111111111111',
      },
    })
  const permit = (given: Record<string, string>) =>
    ledger.put(
      declared('aws:lambda/permission:Permission', 'p', {
        action: 'lambda:InvokeFunction',
        function: 'called',
        principal: 'elasticloadbalancing.amazonaws.com',
        ...given,
      }),
    )
  await expect(call()).rejects.toMatchObject({ code: 'AccessDeniedException' })
  for (const refused of [
    { sourceArn: `${sourceArn}0` },
    { sourceArn: sourceArn.replace('genai-tenant1', 'genai-tenant2') },
    { sourceAccount: '222222222222' },
    { principal: 'apigateway.amazonaws.com' },
    { action: 'lambda:GetFunction' },
    { function: 'other' },
  ]) {
    await permit(refused as Record<string, string>)
    await expect(call(), JSON.stringify(refused)).rejects.toMatchObject({ code: 'AccessDeniedException' })
  }
  for (const allowed of [
    {},
    { sourceArn },
    { sourceArn: sourceArn.replace(/[^/]*$/, '*') },
    { function: functionArn('called') },
  ]) {
    await permit(allowed as Record<string, string>)
    await expect(call(), JSON.stringify(allowed)).resolves.toMatchObject({ payload: '1' })
  }
})
