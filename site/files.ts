/** The files of the page, by their keys in the bucket. */
import type { BuiltPage } from './build.ts'

export const START_PAGE = 'index.html'
export const NOT_FOUND_PAGE = 'not-found.html'

/** What the page needs to know about its platform. Nothing in it is secret. */
export interface PageConfiguration {
  readonly title: string
  readonly gatewayUrl: string
  readonly signIn: { readonly url: string; readonly clientId: string; readonly scope: string }
  /** For each federated provider's group in tokens the path on which its people call; absent without such providers. */
  readonly federated?: Readonly<Record<string, string>>
}

export interface PageFile {
  readonly key: string
  readonly contentType: string
  readonly cacheControl: string
  /** A file on disk, or a text. */
  readonly source: { readonly path: string } | { readonly text: string }
}

/** Cache header for files with a hash in their names, whose content never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable'
/** Cache header for files that the browser must revalidate; it gets 304 if nothing has changed. */
const ALWAYS_ASKED = 'no-cache'

/** The page's files. A file comes after all files that it refers to. */
export function pageFiles(built: BuiltPage, configuration: PageConfiguration): readonly PageFile[] {
  const text = (key: string, contentType: string, content: string): PageFile => ({
    key,
    contentType: `${contentType}; charset=utf-8`,
    cacheControl: ALWAYS_ASKED,
    source: { text: content },
  })
  return [
    ...built.assets.map(({ key, contentType, path }) => ({
      key,
      contentType: `${contentType}; charset=utf-8`,
      cacheControl: FOR_EVER,
      source: { path },
    })),
    text('config.json', 'application/json', `${JSON.stringify(configuration)}\n`),
    text(NOT_FOUND_PAGE, 'text/html', notFound(built, configuration.title)),
    text(START_PAGE, 'text/html', start(built, configuration.title)),
  ]
}

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const head = ({ stylesheet, icon }: BuiltPage, title: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f7f6f3" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#16171b" media="(prefers-color-scheme: dark)">
<title>${escaped(title)}</title>
<link rel="icon" type="image/svg+xml" href="/${icon}">
<link rel="stylesheet" href="/${stylesheet}">`

const start = (built: BuiltPage, title: string) => `${head(built, title)}
<link rel="preload" as="fetch" href="/config.json" crossorigin>
<script type="module" src="/${built.script}"></script>
</head>
<body>
<div id="app"><main class="landing" aria-busy="true"><img src="/${built.icon}" width="56" height="56" alt=""><h1>${escaped(title)}</h1></main></div>
<noscript><main class="landing"><h1>${escaped(title)}</h1><p>This page needs JavaScript.</p></main></noscript>
</body>
</html>
`

const notFound = (built: BuiltPage, title: string) => `${head(built, title)}
</head>
<body>
<main class="landing"><h1>Nothing is here</h1><p>This address leads to no page.</p><p><a class="button primary" href="/">Open ${escaped(title)}</a></p></main>
</body>
</html>
`
