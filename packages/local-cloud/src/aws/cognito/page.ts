import { AwsError } from '../../errors.ts'

/** One page of a list. The token names the last item of the page before, so items may be added or removed in between. */
export function page<T>(all: readonly T[], keyOf: (item: T) => string, limit = 60, token?: string) {
  const start = token === undefined ? 0 : all.findIndex((item) => keyOf(item) === decode(token)) + 1
  if (token !== undefined && start === 0) throw new AwsError('InvalidParameterException', 'Invalid pagination token.')
  const items = all.slice(start, start + (limit || 60))
  const last = items.at(-1)
  const more = last !== undefined && start + items.length < all.length
  return { items, next: more ? Buffer.from(keyOf(last)).toString('base64url') : undefined }
}

const decode = (token: string) => Buffer.from(token, 'base64url').toString()
