/** The parameters that most `Describe*` operations of EC2 have besides ids. */
import { AwsError } from '../../../errors.ts'
import { integerText, list, type Refusals, structure, text } from '../../../wire/protocol/shape.ts'

export const REFUSALS: Refusals = {
  serialization: (message) => new AwsError('MalformedQueryString', message),
  validation: (message) => new AwsError('InvalidParameterValue', message),
}

export const TEXTS = list(text({ max: 1024 }), { max: 1000 })

export const COMMON = {
  Filter: list(structure({ Name: text({ min: 1, max: 255 }), Value: TEXTS }), { max: 200 }),
  MaxResults: integerText({ min: 5, max: 1000 }),
  NextToken: text({ max: 1024 }),
}
