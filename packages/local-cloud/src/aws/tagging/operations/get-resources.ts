/** The resources of a region that have all of the tags. As on AWS, IAM's resources are not among them. */
import { object, text } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import {
  integer,
  list,
  read,
  structure,
  text as textShape,
  VALIDATION_EXCEPTIONS,
} from '../../../wire/protocol/shape.ts'

const INPUT = structure({
  TagFilters: list(
    structure({ Key: textShape({ min: 1, max: 128 }), Values: list(textShape({ max: 256 }), { max: 20 }) }),
    {
      max: 50,
    },
  ),
  ResourcesPerPage: integer({ min: 1, max: 100 }),
  PaginationToken: textShape({ max: 2048 }),
})

const PAGE = 100

export const getResources: ApiOperation<object> = async (call) => {
  const {
    TagFilters: filters = [],
    ResourcesPerPage: size = PAGE,
    PaginationToken: token,
  } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  await call.permit('tag:GetResources')
  const found = call.ledger
    .all()
    .filter(
      ({ type, account, region }) => account === call.account && region === call.region && !type.startsWith('aws:iam/'),
    )
    .flatMap(({ outputs }) => {
      const [arn, tags] = [text(outputs, 'arn'), object(outputs, 'tagsAll')]
      if (arn === undefined || !tags) return []
      const fits = filters.every(
        ({ Key = '', Values: values = [] }) =>
          Object.hasOwn(tags, Key) && (values.length === 0 || values.includes(String(tags[Key]))),
      )
      if (!fits || Object.keys(tags).length === 0) return []
      return [{ ResourceARN: arn, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value: String(Value) })) }]
    })
  const from = /^\d{1,6}$/.test(token ?? '') ? Number(token) : 0
  const end = from + size
  return { ResourceTagMappingList: found.slice(from, end), PaginationToken: end < found.length ? String(end) : '' }
}
