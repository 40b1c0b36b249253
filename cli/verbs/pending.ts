import { openBackend } from '../pulumi/backend.ts'
import {
  type Deployment,
  type Interrupted,
  importFile,
  interruptedOthers,
  type Pending,
  pendingCreations,
  type Remedy,
} from '../pulumi/pending.ts'
import { writeNewFile } from '../terminal/new-file.ts'
import { UserError, type Verb } from '../verb.ts'

export const pending: Verb = {
  name: 'pending',
  usage: 'STACK',
  summary:
    'After a killed deployment: what it was making, what to do about each, and the file to import them with; what it was changing or deleting.',
  details: [
    'Reads the state and changes nothing. The steps are in docs/operations.md, "An `up` that was interrupted".',
    '',
    'Example: npm run genai -- pending spoke-tenant2 --aws',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    out: { type: 'string', placeholder: 'FILE', help: 'where the file for pulumi import goes (import.json)' },
    aws: { type: 'boolean', help: 'stacks on AWS, not on the local cloud' },
  },
  async run({ values, positionals }) {
    const name = positionals[0] ?? ''
    const stack = await (await openBackend({ aws: values.aws === true })).find(name)
    if (!stack) throw new UserError(`There is no stack ${name} in this backend.`, 'See pulumi stack ls.')
    const deployment: Deployment = (await stack.exportStack()).deployment ?? {}
    const file = String(values.out ?? 'import.json')
    const found = pendingCreations(deployment)
    if (found.some(({ remedy }) => remedy === 'import'))
      writeNewFile(
        file,
        `${JSON.stringify(importFile(deployment), null, 2)}\n`,
        'Ids may be in it that you have looked up: name another file with --out, or remove that one.',
      )
    process.stdout.write(pendingText(name, found, file) + interruptedText(interruptedOthers(deployment)))
    return 0
  },
}

const WHAT_TO_DO: readonly (readonly [Remedy, (file: string) => string])[] = [
  ['import', (file) => `Take over if AWS made it: write its id into ${file}. Take it out of ${file} if AWS did not.`],
  [
    'delete',
    () => 'Delete it in AWS if it exists: it should have replaced one that is in use, and nothing uses it yet.',
  ],
  ['nothing', () => 'Nothing to do: the next up writes over it.'],
]

export function pendingText(stack: string, found: readonly Pending[], file: string): string {
  if (found.length === 0) return `${stack}: no creation was interrupted. ${goOn(stack)}\n`
  const groups = WHAT_TO_DO.flatMap(([remedy, text]) => {
    const members = found.filter((one) => one.remedy === remedy)
    return members.length === 0 ? [] : ['', text(file), ...members.map(line)]
  })
  const imports = found.some(({ remedy }) => remedy === 'import')
  return [
    `${stack}: ${found.length} creation${found.length === 1 ? ' was' : 's were'} interrupted. Only AWS knows which of them are there.`,
    `What takes tags: aws resourcegroupstaggingapi get-resources --tag-filters Key=stack,Values=${stack}`,
    ...groups,
    '',
    'Then:',
    `  pulumi refresh --clear-pending-creates -s ${stack}`,
    ...(imports ? [`  pulumi import --file ${file} --protect=false --generate-code=false -s ${stack}`] : []),
    goOn(stack),
    '',
  ].join('\n')
}

/** The operations about which nothing need be done. */
export const interruptedText = (others: readonly Interrupted[]): string =>
  others.length === 0
    ? ''
    : [
        'Interrupted as well, and done again by what goes on:',
        ...others.map(({ what, type, name }) => `  ${what} of ${type} ${name}`),
        '',
      ].join('\n')

/** The state does not say which of the two was interrupted, and the other one would undo it. */
const goOn = (stack: string) => `Go on with what was interrupted: pulumi up -s ${stack}, or pulumi destroy -s ${stack}`

const line = ({ type, name, known }: Pending) => `  ${type} ${name}${known.map((text) => `\n      ${text}`).join('')}`
