/** Patterns of AWS's policies: `*` matches any characters or none, `?` exactly one. A pattern must match the whole text. */
export function wildcard(pattern: string, flags: '' | 'i' | 's' = ''): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags)
}
