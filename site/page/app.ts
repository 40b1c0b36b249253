/** The page's state and actions. What it looks like is in view/. */
import { costOf } from '../../shared/cost.ts'
import type { Configuration } from './configuration.ts'
import {
  type Answer,
  areKept,
  type Conversation,
  forget,
  type Image,
  keep,
  type Message,
  newConversation,
  readKept,
  titleOf,
} from './conversations.ts'
import { type CallerUsage, createGateway, type Gateway, type Tenant } from './gateway.ts'
import { isPicture, readPicture } from './images.ts'
import { messagesOf } from './requests.ts'
import { goToSignIn, goToSignOut, type Session } from './sign-in.ts'
import { type Trouble, troubleOf } from './what-went-wrong.ts'

export type Phase = 'starting' | 'landing' | 'loading' | 'ready' | 'troubled'

export class App {
  readonly configuration: Configuration
  phase: Phase = 'starting'
  /** The reason why nothing can be done, or why the sign-in failed. */
  trouble: Trouble | undefined
  session: Session | undefined
  tenant: Tenant | undefined
  usage: CallerUsage | undefined
  model = ''
  conversations: Conversation[] = [newConversation()]
  current: Conversation = this.conversations[0] as Conversation
  /** The text that is about to be sent. */
  draft = ''
  images: readonly Image[] = []
  /** A message that a picture was not accepted, or that the device has no room. */
  notice = ''
  isKeeping = false
  /** Whether the list of conversations covers the page. */
  isMenuOpen = false
  /** A text for screen readers, which is not shown. */
  said = ''
  #gateway: Gateway | undefined
  #asked: AbortController | undefined
  readonly #changed: () => void

  constructor(configuration: Configuration, changed: () => void) {
    this.configuration = configuration
    this.#changed = changed
  }

  get isAnswering(): boolean {
    return this.#asked !== undefined
  }

  signIn = (): void => void goToSignIn(this.configuration).catch((error: unknown) => this.#fail(error))
  signOut = (): void => void goToSignOut(this.configuration, this.session)

  async begin(session: Session): Promise<void> {
    this.session = session
    const { groups, subject } = session.claims
    const tenant = session.claims.tenant ?? groups.map((group) => this.configuration.federated?.[group]).find(Boolean)
    if (tenant === undefined)
      return this.#say({
        title: 'You belong to no tenant',
        advice: 'An administrator has to add you to one.',
        remedy: 'none',
      })
    this.phase = 'loading'
    this.#changed()
    this.#gateway = createGateway(this.configuration.gatewayUrl, session, tenant)
    try {
      this.tenant = await this.#gateway.tenant()
    } catch (error) {
      return this.#fail(error)
    }
    this.model = this.tenant.defaultModel
    this.isKeeping = areKept(subject)
    if (this.isKeeping) this.conversations = [newConversation(), ...readKept(subject)]
    this.current = this.conversations[0] as Conversation
    this.phase = 'ready'
    this.trouble = undefined
    this.#changed()
    void this.refreshUsage()
  }

  /** Tries again after an error that stopped the page. */
  again = (): void => {
    if (this.session) void this.begin(this.session)
    else location.reload()
  }

  async refreshUsage(): Promise<void> {
    try {
      this.usage = await this.#gateway?.usage()
    } catch {
      // What is left of the limits is not known; the next answer may say it.
      this.usage = undefined
    }
    this.#changed()
  }

  choose = (model: string): void => this.#set({ model })
  write = (draft: string): void => this.#set({ draft })
  toggleMenu = (open = !this.isMenuOpen): void => this.#set({ isMenuOpen: open })

  open = (conversation: Conversation): void => {
    this.stop()
    this.#set({ current: conversation, isMenuOpen: false, said: `Conversation: ${conversation.title || 'new'}` })
  }

  startNew = (): void => {
    this.stop()
    const empty = this.conversations.find(({ messages }) => messages.length === 0) ?? newConversation()
    this.conversations = [empty, ...this.conversations.filter((one) => one !== empty)]
    this.#set({ current: empty, isMenuOpen: false, said: 'New conversation' })
  }

  remove = (conversation: Conversation): void => {
    if (conversation === this.current) this.stop()
    const rest = this.conversations.filter((one) => one !== conversation)
    this.conversations = rest.length === 0 ? [newConversation()] : rest
    if (conversation === this.current) this.current = this.conversations[0] as Conversation
    this.#keep()
    this.#set({ said: 'Conversation deleted' })
  }

  setKeeping = (isKeeping: boolean): void => {
    const subject = this.session?.claims.subject
    if (subject === undefined) return
    this.isKeeping = isKeeping
    if (!isKeeping) forget(subject)
    this.#keep()
    this.#set({ said: isKeeping ? 'Conversations are kept on this device' : 'Conversations are not kept any more' })
  }

  async addPictures(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      if (!isPicture(file)) {
        this.#set({ notice: `${file.name || 'This'} is no picture that can be sent.` })
        continue
      }
      try {
        const picture = await readPicture(file)
        this.#set({ images: [...this.images, picture], notice: '', said: `${picture.name} is added` })
      } catch {
        this.#set({ notice: `${file.name || 'This picture'} cannot be read.` })
      }
    }
  }

  removePicture = (image: Image): void => this.#set({ images: this.images.filter((one) => one !== image) })

  send = (): void => {
    const text = this.draft.trim()
    if (this.isAnswering || (text === '' && this.images.length === 0)) return
    this.current.title ||= titleOf(text)
    this.current.messages.push({ role: 'user', text, images: this.images })
    this.#set({ draft: '', images: [], notice: '' })
    void this.#answer()
  }

  /** Sends the last question again. */
  repeat = (): void => {
    if (this.isAnswering) return
    while (this.current.messages.at(-1)?.role === 'assistant') this.current.messages.pop()
    if (this.current.messages.length > 0) void this.#answer()
  }

  stop = (): void => this.#asked?.abort()

  /** In nano-dollars; undefined if a price or the number of tokens is not known. */
  costOf({ model, servedModel, usage }: Answer): number | undefined {
    const details = Object.values(this.tenant?.details ?? {})
    const price =
      (servedModel === undefined ? undefined : details.find(({ id }) => id === servedModel)?.price) ??
      (servedModel === undefined ? this.tenant?.details?.[model]?.price : undefined)
    return usage && price && costOf(usage, price)
  }

  async #answer(): Promise<void> {
    const conversation = this.current
    const messages = messagesOf(conversation)
    const asked = new AbortController()
    this.#asked = asked
    const answer: Answer = {
      role: 'assistant',
      text: '',
      thought: '',
      state: 'waiting',
      model: this.model,
      askedAt: performance.now(),
    }
    conversation.messages.push(answer as Message)
    this.#set({ said: 'Waiting for an answer' })
    try {
      if (!this.#gateway) throw new TypeError('no gateway')
      for await (const event of this.#gateway.chat(this.model, messages, asked.signal)) {
        if (event.kind === 'begun') Object.assign(answer, present(event))
        else if (event.kind === 'usage') answer.usage = event.usage
        else if (event.kind === 'finished') answer.reason = event.reason
        else {
          answer.firstTextMilliseconds ??= performance.now() - answer.askedAt
          answer.state = 'streaming'
          if (event.kind === 'text') answer.text += event.text
          else answer.thought += event.text
        }
        this.#changed()
      }
      answer.state = 'done'
      this.said = 'Answered'
    } catch (error) {
      answer.state = asked.signal.aborted ? 'stopped' : 'failed'
      if (!asked.signal.aborted) answer.trouble = troubleOf(error)
      this.said = answer.trouble ? `${answer.trouble.title}. ${answer.trouble.advice}` : 'Stopped'
    }
    answer.milliseconds = performance.now() - answer.askedAt
    this.#asked = undefined
    this.#keep()
    this.#changed()
    void this.refreshUsage()
  }

  #keep(): void {
    const subject = this.session?.claims.subject
    if (!this.isKeeping || subject === undefined) return
    if (!keep(subject, this.conversations))
      this.notice = 'This device has no room for more: conversations are not kept from here on.'
  }

  #fail(error: unknown): void {
    this.#say(troubleOf(error))
  }

  #say(trouble: Trouble): void {
    this.#set({ phase: 'troubled', trouble })
  }

  #set(
    changes: Partial<
      Pick<App, 'phase' | 'trouble' | 'model' | 'draft' | 'images' | 'notice' | 'isMenuOpen' | 'current' | 'said'>
    >,
  ): void {
    Object.assign(this, changes)
    this.#changed()
  }
}

const present = ({
  requestId,
  servedModel,
}: {
  readonly requestId: string | undefined
  readonly servedModel: string | undefined
}) => ({
  ...(requestId !== undefined && { requestId }),
  ...(servedModel !== undefined && { servedModel }),
})
