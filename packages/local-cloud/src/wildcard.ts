/** A pattern of AWS's policies: `*` stands for any characters, also none, `?` for exactly one. It fits a whole text or nothing of it. */
export function wildcard(pattern: string, flags: '' | 'i' | 's' = ''): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags)
}
