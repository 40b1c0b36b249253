/** The page's entry. */
import './styles/all.css'
import { render } from 'lit-html'
import { App } from './app.ts'
import { readConfiguration } from './configuration.ts'
import { returning, SignInFailed } from './sign-in.ts'
import { appView, notConfigured } from './view/app.ts'
import { afterRender } from './view/keep-in-view.ts'
import { troubleOf } from './what-went-wrong.ts'

const view = document.getElementById('app') as HTMLElement

async function start(): Promise<void> {
  const configuration = await readConfiguration()
  // The HTML file contains this text, so that something is visible at once.
  view.replaceChildren()
  document.title = configuration.title
  let isDue = false
  const draw = () => {
    isDue = false
    render(appView(app), view)
    afterRender()
  }
  // Pieces of an answer come faster than anybody can see, so they are drawn together.
  const app = new App(configuration, () => {
    if (isDue) return
    isDue = true
    requestAnimationFrame(draw)
  })
  try {
    const session = await returning(configuration)
    if (session) return await app.begin(session)
    // The session at the sign-in pages may still be valid. A user who reloads the page was signed in, and is sent there without being asked.
    if (isReload()) return app.signIn()
  } catch (error) {
    app.trouble =
      error instanceof SignInFailed
        ? {
            title: 'You are not signed in',
            advice: 'The sign-in did not come to its end. Try again.',
            remedy: 'signIn',
          }
        : troubleOf(error)
  }
  app.phase = 'landing'
  draw()
}

function isReload(): boolean {
  const [entry] = performance.getEntriesByType('navigation')
  return entry instanceof PerformanceNavigationTiming && entry.type === 'reload'
}

start().catch(() => {
  view.replaceChildren()
  render(notConfigured(), view)
})
