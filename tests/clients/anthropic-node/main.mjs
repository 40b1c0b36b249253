/** Anthropic's client for Node. The load balancer reads `Authorization` only, so the token is its auth token, not its API key. */
import Anthropic from '@anthropic-ai/sdk'
import { answer } from '../anthropic-scenarios.mjs'

const { BASE_URL, TOKEN } = process.env
await answer(new Anthropic({ baseURL: BASE_URL, authToken: TOKEN, apiKey: null }), Anthropic)
