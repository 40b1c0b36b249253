/** `aws.cloudwatch.Dashboard`: it is only declared; nothing draws it. */
import { AwsError } from '../../../errors.ts'
import { isObject } from '../../../ledger/is-object.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, known } from '../../../resource/values.ts'

export const DASHBOARD = 'aws:cloudwatch/dashboard:Dashboard'

const invalid = (message: string) => new AwsError('DashboardInvalidInputError', message)

/** AWS's limits for metrics of a dashboard and of one widget, and the width of its grid. */
const [MAX_WIDGETS, MAX_METRICS, GRID] = [500, 500, 24]
const KINDS = ['metric', 'log', 'text', 'alarm', 'explorer', 'custom']

export const dashboard: ResourceType = {
  type: DASHBOARD,
  inputs: ['dashboardName', 'dashboardBody'],
  required: ['dashboardName', 'dashboardBody'],
  named: 'dashboardName',
  replaces: ['dashboardName'],
  heldThrough: [],
  releases: 'all',
  refuse({ inputs }) {
    if (!/^[\w-]{1,255}$/.test(known(inputs, 'dashboardName')))
      throw new AwsError(
        'InvalidParameterValue',
        'The dashboard name has letters, digits, hyphens and underscores only.',
      )
    for (const [index, widget] of widgetsOf(known(inputs, 'dashboardBody')).entries()) refuseWidget(widget, index)
  },
  answer: (situation) => {
    const name = known(situation.inputs, 'dashboardName')
    return { id: name, outputs: { dashboardArn: `arn:aws:cloudwatch::${situation.account}:dashboard/${name}` } }
  },
  permissions: lifeCycle((situation) => {
    // A dashboard belongs to no region.
    const own = arn({ ...situation, region: '' }, 'cloudwatch', `dashboard/${known(situation.inputs, 'dashboardName')}`)
    return {
      create: [call('cloudwatch:PutDashboard', own)],
      read: [call('cloudwatch:GetDashboard', own)],
      update: [call('cloudwatch:PutDashboard', own)],
      delete: [call('cloudwatch:DeleteDashboards', own)],
    }
  }),
}

type Fields = Readonly<Record<string, unknown>>

function widgetsOf(body: string): readonly unknown[] {
  let read: unknown
  try {
    read = JSON.parse(body)
  } catch {
    throw invalid('The field DashboardBody must be a valid JSON object')
  }
  const widgets = isObject(read as never) ? (read as Fields).widgets : undefined
  if (!Array.isArray(widgets)) throw invalid("Should have required property 'widgets'")
  if (widgets.length > MAX_WIDGETS) throw invalid(`A dashboard has at most ${MAX_WIDGETS} widgets`)
  return widgets
}

function refuseWidget(widget: unknown, index: number): void {
  const { type, properties, x, width } = (widget ?? {}) as Fields
  const at = `/widgets/${index}`
  if (typeof type !== 'string' || !KINDS.includes(type))
    throw invalid(`${at}/type: Should be one of ${KINDS.join(', ')}`)
  if (Number(x ?? 0) + Number(width ?? 6) > GRID) throw invalid(`${at}: reaches over the ${GRID} columns of the grid`)
  const { metrics, region, query } = (properties ?? {}) as Fields
  if ((type === 'metric' || type === 'log') && typeof region !== 'string')
    throw invalid(`${at}/properties: Should have required property 'region'`)
  if (type === 'metric' && (!Array.isArray(metrics) || metrics.length === 0 || metrics.length > MAX_METRICS))
    throw invalid(`${at}/properties/metrics: Should have 1 to ${MAX_METRICS} items`)
  if (type === 'log' && (typeof query !== 'string' || !query.startsWith('SOURCE ')))
    throw invalid(`${at}/properties/query: Should name its log groups by SOURCE`)
}
