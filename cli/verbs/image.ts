import { bundleFunction } from '../../shared/bundle.ts'
import { GATEWAY_SERVER, IMAGE_COMMAND } from '../../shared/gateway-image.ts'
import { openImageHub } from '../image/hub.ts'
import { check, megabytes, type Outcome, put } from '../image/publish.ts'
import type { Progress } from '../image/push.ts'
import { DEFAULT_BASE } from '../image/reference.ts'
import { stopOnSignals } from '../terminal/stopping.ts'
import { createTerminal } from '../terminal/terminal.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

/** The exit code that shells give a command that Ctrl-C ended. */
const INTERRUPTED = 130

export const image: Verb = {
  name: 'image',
  usage: '',
  summary: "Puts the gateway's image for tenants on Fargate into the deployed hub's repository, without Docker.",
  details: [
    'The bundle that functions run too, on a base image with Node. Same bundle, base and platform: same tag and same digest, and nothing to',
    'do when it is there. The base is looked up once; its digest goes into the hub’s stack file (gatewayBaseImage) for review. Works with',
    'the credentials that the file names for the hub, or else this shell’s. The local cloud gets its image by itself.',
    '',
    `Another base, or a newer one of the same name: ${IMAGE_COMMAND} --base ${DEFAULT_BASE}`,
    'Exit code: 0 when the image is there, 1 when it is not.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    aws: { type: 'boolean', help: "the deployed hub's repository" },
    'hub-stack': { type: 'string', placeholder: 'STACK', help: "the hub's stack, whose file is read (hub)" },
    base: {
      type: 'string',
      placeholder: 'IMAGE',
      help: `REGISTRY/REPOSITORY:TAG (gatewayBaseImage, or ${DEFAULT_BASE})`,
    },
    check: { type: 'boolean', help: 'only ask whether the image of this version is there' },
    json: { type: 'boolean', help: 'the outcome as one JSON document; progress goes to standard error' },
  },
  async run({ values }) {
    if (values.aws !== true)
      throw new UserError(
        'The local cloud gets its image by itself, from what is deployed into it: there is nothing to put there.',
        `Into the deployed hub's repository: ${IMAGE_COMMAND}`,
      )
    if (values.check === true && values.base !== undefined)
      throw new UserError(
        '--check asks for the base that the hub’s stack file names, and --base for another.',
        'Leave one out.',
      )
    const hub = await openImageHub(String(values['hub-stack'] ?? 'hub'))
    const json = values.json === true
    const bundle = await bundleFunction(GATEWAY_SERVER)
    if (values.check === true) return answered(await check(hub, bundle), json, values)
    const stopping = stopOnSignals({ whenOutputCloses: false })
    const stop = new AbortController()
    void stopping.asked.then(() => stop.abort())
    const { step } = createTerminal({ json })
    const base = values.base === undefined ? {} : { base: String(values.base) }
    try {
      const progress = progressOn(json ? process.stderr : process.stdout)
      return answered(await put(hub, bundle, { ...base, signal: stop.signal, step, progress }), json, values)
    } catch (error) {
      if (!stop.signal.aborted) throw error
      process.stderr.write('Stopped. Nothing was tagged or written; what was sent whole is not sent again.\n')
      return INTERRUPTED
    } finally {
      stopping.release()
    }
  },
}

function answered(outcome: Outcome, json: boolean, values: Arguments['values']): number {
  if (json) process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`)
  else process.stdout.write(`${textOf(outcome, String(values['hub-stack'] ?? 'hub')).join('\n')}\n`)
  return outcome.digest === undefined ? 1 : 0
}

function textOf({ repository, tag, digest, baseImage, pushed, wrote }: Outcome, stack: string): readonly string[] {
  if (baseImage === undefined)
    return [
      `The hub's stack file names no gatewayBaseImage, so there is no image of this version. First: ${IMAGE_COMMAND}`,
    ]
  if (digest === undefined) return [`${repository} has no image of this version (tag ${tag}). First: ${IMAGE_COMMAND}`]
  const next =
    wrote === undefined
      ? 'pulumi up of the tenants on Fargate'
      : `pulumi up -s ${stack}, then of the tenants on Fargate`
  return [
    pushed ? 'Pushed:' : 'There already, nothing to push:',
    `  ${repository}:${tag}`,
    `  ${digest}`,
    ...(wrote === undefined ? [] : [`Written for review: gatewayBaseImage ${baseImage} in ${wrote}`]),
    `Next: ${next}`,
  ]
}

/** On a terminal one line that changes; elsewhere a line for each blob. */
function progressOn(stream: NodeJS.WriteStream): Progress {
  let shown = 0
  return {
    bytes(what, sent, size) {
      if (!stream.isTTY || (performance.now() - shown < 100 && sent < size)) return
      shown = performance.now()
      stream.write(`\r\u001b[2K  … push the image · ${what}: ${megabytes(sent)} of ${megabytes(size)}`)
    },
    blob(what, size, outcome) {
      if (!stream.isTTY)
        stream.write(`    ${what}: ${megabytes(size)}, ${outcome === 'sent' ? 'sent' : 'there already'}\n`)
    },
  }
}
