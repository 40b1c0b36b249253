import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import { getResources as GetResources } from './operations/get-resources.ts'

/** The Resource Groups Tagging API: finds resources of all services by their tags. */
export const TAGGING: Api<object> = {
  name: 'tagging',
  protocol: jsonApi('ResourceGroupsTaggingAPI_20170126'),
  operations: { GetResources },
}
