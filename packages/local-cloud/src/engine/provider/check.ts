/** Finds mistakes in a resource's inputs before AWS is called, property by property. */
import messages, { type CheckRequest } from '@pulumi/pulumi/proto/provider_pb.js'
import { rowOf } from '../../aws/registry.ts'
import type { Properties } from '../../ledger/ledger.ts'
import { inputProblems } from '../../resource/declare.ts'
import { unknownInputs } from '../configured-provider.ts'
import { valueProblems } from './value-checks.ts'
import { received, unwrapped } from './values.ts'

export interface Failure {
  readonly property: string
  readonly reason: string
}

export const inputFailures =
  (type: string) =>
  (inputs: Properties): readonly Failure[] => [
    ...inputProblems(rowOf(type), inputs).map(({ property, missing }) => ({
      property,
      reason: missing ? `missing required property '${property}' of ${type}` : unsupported(property, type),
    })),
    ...valueProblems(type, inputs),
  ]

const unsupported = (property: string, type: string) =>
  `the local cloud does not support the input "${property}" of ${type}. Add it as described in CONTRIBUTING.md, or leave it out.`

export const configFailures = (inputs: Properties): readonly Failure[] => [
  ...(typeof inputs.region === 'string' && inputs.region !== ''
    ? []
    : [{ property: 'region', reason: 'could not find AWS region: set "region" on the provider' }]),
  ...unknownInputs(inputs).map((property) => ({ property, reason: unsupported(property, 'pulumi:providers:aws') })),
]

/** The inputs are returned unchanged: names that the program leaves out are generated when the resource is made. */
export function checkResponse(request: CheckRequest, failuresOf: (inputs: Properties) => readonly Failure[]) {
  const response = new messages.CheckResponse()
  response.setInputs(request.getNews())
  for (const { property, reason } of failuresOf(unwrapped(received(request.getNews())))) {
    const failure = new messages.CheckFailure()
    failure.setProperty(property)
    failure.setReason(reason)
    response.addFailures(failure)
  }
  return response
}
