import { readFileSync } from 'node:fs'
import { type PriceList, readPriceList } from '../../shared/model-prices.ts'
import { messageOf, UserError } from '../verb.ts'

/** @throws UserError if the file does not exist, or is not a price list */
export function readPriceFile(file: string): PriceList {
  try {
    return readPriceList(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new UserError(
      `${file} is no price list: ${messageOf(cause)}`,
      'It has the form of shared/prices/models.json: "sources", and "models" by their whole id.',
      { cause },
    )
  }
}
