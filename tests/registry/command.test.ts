/** `npm run genai -- image` as people run it, in a copy of the project; where AWS's names lead to is all that differs. */
import { execFile } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyProject, STACK_TRACE } from '../cli/project-copy.ts'
import { putBase } from './base-image.ts'
import { PASSWORD, type StandIn, startRegistry } from './stand-in.ts'

let project: string
let file: string
let bases: StandIn
let hub: StandIn
beforeAll(async () => {
  project = copyProject()
  file = join(project, 'Pulumi.hub.yaml')
  bases = await startRegistry({ lets: 'everybody', repositories: ['library/node'] })
  hub = await startRegistry({ lets: 'password', repositories: ['genai-gateway'] })
  putBase(bases.repository('library/node'), '24', { megabytes: 3 })
})
afterAll(() => {
  bases?.close()
  hub?.close()
  if (project) rmSync(project, { recursive: true })
})

function run(args: readonly string[], interruptedBy?: (kill: () => void) => void) {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nowhere',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'a-secret-key',
    AWS_ENDPOINT_URL_ECR: hub.url,
  }
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { cwd: project, env }
    const child = execFile(process.execPath, ['cli/main.ts', 'image', ...args], options, (error, stdout, stderr) => {
      expect(`${stdout}${stderr}`).not.toMatch(STACK_TRACE)
      for (const secret of [PASSWORD, Buffer.from(`AWS:${PASSWORD}`).toString('base64'), 'a-secret-key'])
        expect(`${stdout}${stderr}`).not.toContain(secret)
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr })
    })
    interruptedBy?.(() => void child.kill('SIGINT'))
  })
}

const base = () => ['--base', `${bases.host}/library/node:24`]

it('goes the way that the documentation tells, and its refusals name the next step', async () => {
  expect(await run([])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('local cloud gets its image by itself'),
  })
  const off = await run(['--aws'])
  expect(off).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('pulumi config set fargate true -s hub && pulumi up -s hub'),
  })
  appendFileSync(file, '  genai-hub-spoke:fargate: true\n')
  const before = readFileSync(file, 'utf8')
  const unset = await run(['--aws', '--check'])
  expect(unset).toMatchObject({ code: 1, stdout: expect.stringContaining('First: npm run genai -- image --aws') })

  // Ctrl-C in the middle of an upload.
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const stopped = run(['--aws', ...base()], (kill) => {
    hub.faults.beforeUpload = async () => {
      kill()
      await held
    }
  })
  expect(await stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('Nothing was tagged or written') })
  release()
  delete hub.faults.beforeUpload
  expect(hub.repository('genai-gateway').tags.size).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe(before)

  const pushed = await run(['--aws', ...base()])
  expect(pushed).toMatchObject({ code: 0, stderr: '' })
  const [tag = '', digest = ''] = [...hub.repository('genai-gateway').tags][0] ?? []
  expect(pushed.stdout).toContain(`111111111111.dkr.ecr.us-east-1.amazonaws.com/genai-gateway:${tag}\n  ${digest}`)
  expect(pushed.stdout).toMatch(/blob 2 of 4: 3\.0 MB, sent/)
  expect(pushed.stdout).toMatch(/Next: pulumi up -s hub, then/)
  expect(readFileSync(file, 'utf8')).toContain(`genai-hub-spoke:gatewayBaseImage: ${bases.host}/library/node@sha256:`)

  const again = await run(['--aws', '--json'])
  expect(again).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(again.stdout)).toMatchObject({ tag, digest, pushed: false, sentBytes: 0, platform: 'linux/arm64' })
  hub.repository('genai-gateway').tags.clear()
  const missing = await run(['--aws', '--check'])
  expect(missing).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`has no image of this version (tag ${tag})`),
  })
})
