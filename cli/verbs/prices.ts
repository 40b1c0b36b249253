import { MODEL_PRICES, oldestDate, type PriceList } from '../../shared/model-prices.ts'
import { AWS_OFFERS, readAwsPrices } from '../prices/aws-list.ts'
import { comparePrices, type PriceComparison } from '../prices/compare.ts'
import { textTable } from '../tenant/text-table.ts'
import { readPriceFile } from '../usage/price-file.ts'
import { UserError, type Verb } from '../verb.ts'

export const prices: Verb = {
  name: 'prices',
  usage: '',
  summary: 'Shows the list of models’ prices with sources and dates; --aws compares it with AWS’s Price List.',
  details: [
    'Dollars per million tokens, by the whole id: a profile’s geography has a price of its own. --aws reads AWS’s public Price List',
    '(no credentials) for one region, and shows what differs, for review: put it into shared/prices/models.json with source and',
    'date, and deploy the tenants. Exit code 1 when something differs.',
  ].join('\n'),
  positionals: [0, 0],
  options: {
    aws: { type: 'boolean', help: 'compare with AWS’s Price List' },
    region: { type: 'string', placeholder: 'REGION', help: 'with --aws: whose prices (default us-east-1)' },
    offers: { type: 'string', placeholder: 'URL', help: `with --aws: where its list is (default ${AWS_OFFERS})` },
    prices: { type: 'string', placeholder: 'FILE', help: 'another list, of the form of shared/prices/models.json' },
    json: { type: 'boolean', help: 'the list, or what differs, as one object' },
  },
  async run({ values }) {
    const list = values.prices === undefined ? MODEL_PRICES : readPriceFile(String(values.prices))
    if (values.aws !== true) {
      const given = ['region', 'offers'].filter((name) => values[name] !== undefined)
      if (given.length > 0)
        throw new UserError(`${given.map((name) => `--${name}`).join(', ')}: with --aws only.`, 'Add --aws.')
      process.stdout.write(values.json === true ? `${JSON.stringify(list, null, 2)}\n` : listText(list))
      return 0
    }
    const region = regionOf(values.region)
    const compared = comparePrices(list, await readAwsPrices(offersOf(values.offers), region), region)
    process.stdout.write(values.json === true ? `${JSON.stringify(compared, null, 2)}\n` : comparisonText(compared))
    return compared.differences.length > 0 ? 1 : 0
  },
}

function regionOf(value: unknown): string {
  const region = value === undefined ? 'us-east-1' : String(value)
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) return region
  throw new UserError(`"${region}" is no region.`, 'Example: --region eu-west-1')
}

function offersOf(value: unknown): string {
  const text = value === undefined ? AWS_OFFERS : String(value)
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text.replace(/\/+$/, '')
  throw new UserError(`--offers "${text}" is no address.`, `Example: --offers ${AWS_OFFERS}`)
}

/** Formats micro-dollars. */
const dollars = (price: number | undefined): string => (price === undefined ? '' : `${price / 1_000_000}`)

function listText(list: PriceList): string {
  const rows = Object.entries(list.models).map(([id, row]) => [
    id,
    row.region ?? '',
    dollars(row.input),
    dollars(row.output),
    dollars(row.cacheRead),
    dollars(row.cacheWrite),
    dollars(row.cacheWrite1h),
    [
      ...(row.longContext
        ? [`above ${row.longContext.above}: ${dollars(row.longContext.input)}/${dollars(row.longContext.output)}`]
        : []),
      ...Object.entries(row.tiers ?? {}).map(
        ([tier, { input, output }]) => `${tier}: ${dollars(input)}/${dollars(output)}`,
      ),
    ].join(', '),
    row.asOf,
    row.source,
  ])
  const header = [
    'MODEL',
    'REGION',
    'INPUT',
    'OUTPUT',
    'CACHE READ',
    'WRITE 5M',
    'WRITE 1H',
    'BESIDES',
    'AS OF',
    'SOURCE',
  ]
  const sources = Object.entries(list.sources).map(
    ([name, { url, copy }]) => `${name}: ${url}${copy ? `\n  read from ${copy}` : ''}`,
  )
  const oldest = oldestDate(Object.values(list.models)) ?? '-'
  return `${textTable(header, rows)}\nDollars per million tokens; the oldest was looked up on ${oldest}. A model that is not here has no price.\n${sources.join('\n')}\n`
}

function comparisonText({ region, equal, differences, notFound }: PriceComparison): string {
  const table = textTable(
    ['MODEL', 'TIER', 'PRICE', 'LISTED', 'AWS'],
    differences.map(({ id, tier, kind, listed, aws }) => [id, tier, kind, dollars(listed) || '-', dollars(aws)]),
  )
  return [
    `AWS's Price List of ${region}: ${equal.length} models are equal, ${differences.length} prices differ, ${notFound.length} models are not in it by a name that is known here.`,
    ...(differences.length > 0 ? ['', table.trimEnd(), '', 'Dollars per million tokens. Nothing was changed.'] : []),
    ...(notFound.length > 0 ? ['', `Not compared: ${notFound.join(', ')}`] : []),
    '',
  ].join('\n')
}
