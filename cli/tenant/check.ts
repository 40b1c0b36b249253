import { unknownModels } from '../../shared/known-models.ts'
import type { Verb } from '../verb.ts'
import { mistakesOf } from './mistakes.ts'
import { readHub, readStackFiles } from './stack-files.ts'

export const check: Verb = {
  name: 'tenant check',
  usage: '',
  summary: 'Checks every stack file: on its own, against the other tenants, and against its hub.',
  details:
    'Reads the files only, and calls no AWS service. Exit code: 0 when they fit, 1 with every mistake otherwise. A model id that is not known is a warning.',
  positionals: [0, 0],
  options: { json: { type: 'boolean', help: 'the mistakes as a JSON list' } },
  async run({ values }) {
    const files = readStackFiles()
    const mistakes = mistakesOf(files)
    for (const { stack, settings } of files.spokes)
      if (settings.ok) for (const line of unknownModels(stack, settings.value)) process.stderr.write(`${line}\n`)
    if (values.json === true) process.stdout.write(`${JSON.stringify(mistakes, null, 2)}\n`)
    else if (mistakes.length > 0) process.stdout.write(`${mistakes.join('\n')}\n`)
    else {
      const elsewhere = [...new Set(files.spokes.map(({ tenancy }) => tenancy.hubStack))].filter(
        (hubStack) => readHub(files, hubStack) === undefined,
      )
      process.stdout.write(`${files.spokes.length} tenants fit each other and their hub.\n`)
      for (const hubStack of elsewhere)
        process.stdout.write(`Not checked against ${hubStack}: its stack file is not in this folder.\n`)
    }
    return mistakes.length > 0 ? 1 : 0
  },
}
