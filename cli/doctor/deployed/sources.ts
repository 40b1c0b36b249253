/** The sources of questions, and the text for questions that nothing depends on. */
export const FACTS = 'AWS-FACTS.md'
export const note = (name: string) => `docs/decisions/${name}.md`
export const NOTHING = 'Nothing that is deployed: report it, so that the page can say it.'
