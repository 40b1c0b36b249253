/** Anthropic's client of Bedrock, for Node: `invoke` and `invoke-with-response-stream`, with the token as Bedrock's API key. */
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk'
import Anthropic from '@anthropic-ai/sdk'
import { answer } from '../anthropic-scenarios.mjs'

const { BASE_URL, TOKEN } = process.env
await answer(new AnthropicBedrock({ baseURL: BASE_URL, apiKey: TOKEN, awsRegion: 'us-east-1' }), Anthropic)
