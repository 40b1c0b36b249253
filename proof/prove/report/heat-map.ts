/** The report as a picture: which layers stop how many attempts of which families, as measured. */
import { FAMILIES } from '../attempt.ts'
import { ALL_LAYERS, LAYERS } from '../layers.ts'
import type { Row } from '../run.ts'

const CELL = { width: 78, height: 26 } as const
const LEFT = 290
const TOP = 72
const RIGHT = 16
const BOTTOM = 44
const FONT = 13

/** SVG for light and dark mode. A number says how many attempts of the family the layer stops by itself. */
export function heatMap(rows: readonly Row[]): string {
  const families = FAMILIES.filter((family) =>
    rows.some((row) => row.attempt.family === family && row.stops.length > 0),
  )
  const layers = ALL_LAYERS.filter((layer) => rows.some(({ stops }) => stops.some((stop) => stop.layer === layer)))
  const made = (family: string) => rows.filter((row) => row.attempt.family === family).length
  const width = LEFT + families.length * CELL.width + RIGHT
  const height = TOP + layers.length * CELL.height + BOTTOM
  const columns = families.map((family, column) => {
    const x = LEFT + (column + 0.5) * CELL.width
    return [text(x, TOP - 30, family, 'middle'), text(x, TOP - 12, `of ${made(family)}`, 'middle', 'quiet')].join('')
  })
  const lines = layers.map((layer, line) => {
    const y = TOP + line * CELL.height
    const cells = families.map((family, column) => {
      const own = rows.filter((row) => row.attempt.family === family)
      const stopped = own.filter(({ stops }) => stops.some((stop) => stop.layer === layer)).length
      return stopped === 0 ? '' : cell(LEFT + column * CELL.width, y, stopped, stopped / own.length)
    })
    return text(LEFT - 12, y + 18, LAYERS[layer], 'end') + cells.join('')
  })
  const note = text(
    LEFT,
    height - 16,
    'how many attempts of a family a layer stops by itself; most are stopped by several',
    'start',
    'quiet',
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Families of attempts by the layers that stop them" font-family="system-ui, sans-serif" font-size="${FONT}">`,
    '<style>text{fill:#1f2328}.quiet{fill:#59636e;font-size:12px}rect{fill:#0969da}.on{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}rect{fill:#4493f8}.on{fill:#0d1117}}</style>',
    text(LEFT - 12, TOP - 12, 'layer, in the order that a request meets them', 'end', 'quiet'),
    ...columns,
    ...lines,
    note,
    '</svg>',
    '',
  ].join('\n')
}

/** The larger the share, the darker; the palest is still visible. */
function cell(x: number, y: number, count: number, share: number): string {
  const opacity = (0.18 + 0.82 * share).toFixed(2)
  const middle = x + CELL.width / 2
  return (
    `<rect x="${x + 1}" y="${y + 1}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="3" fill-opacity="${opacity}"/>` +
    text(middle, y + 18, String(count), 'middle', share > 0.5 ? 'on' : undefined)
  )
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', kind?: string): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${kind === undefined ? '' : ` class="${kind}"`}>${escaped}</text>`
}
