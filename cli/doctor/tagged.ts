/** Finds what a stack has made, by the tags on all of its resources. */
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api'
import type { Subject } from './subjects.ts'

/** ARNs of the stack's resources in an account, without those of IAM. */
export async function oursIn(place: Subject, stack: Pick<Subject, 'project' | 'stack'>): Promise<ReadonlySet<string>> {
  const { tag } = await place.clients()
  const filters = [
    { Key: 'project', Values: [stack.project] },
    { Key: 'stack', Values: [stack.stack] },
  ]
  const found: string[] = []
  let token: string | undefined
  do {
    const answer = await tag.send(
      new GetResourcesCommand({ TagFilters: filters, ...(token && { PaginationToken: token }) }),
    )
    for (const { ResourceARN: arn } of answer.ResourceTagMappingList ?? []) if (arn !== undefined) found.push(arn)
    token = answer.PaginationToken || undefined
  } while (token)
  return new Set(found)
}

/** Whether a stack has any resource in its account. */
export const isDeployed = async (subject: Subject): Promise<boolean> => (await oursIn(subject, subject)).size > 0

export const hasTagsOf = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
  { project, stack }: Pick<Subject, 'project' | 'stack'>,
): boolean =>
  [
    ['project', project],
    ['stack', stack],
  ].every(([key, value]) => tags.some(({ Key, Value }) => Key === key && Value === value))
