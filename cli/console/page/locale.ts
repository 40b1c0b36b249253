/**
 * Imported before uPlot, which formats numbers by the browser's language as soon as it is loaded, and throws for a tag that `Intl`
 * does not know: Chromium says `en-US@posix` where no locale is set.
 */
function isKnown(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0
  } catch {
    return false
  }
}

if (!isKnown(navigator.language)) Object.defineProperty(navigator, 'language', { value: 'en' })
