/** Bedrock's types as they are on the wire: JSON, with bytes in base64. */
import type {
  ContentBlock,
  ConverseCommandInput,
  ConverseCommandOutput,
  ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'

type Wire<T> = T extends Uint8Array
  ? string
  : T extends Date
    ? number
    : T extends readonly (infer One)[]
      ? Wire<One>[]
      : T extends object
        ? { [Key in keyof T]: Wire<T[Key]> }
        : T

/** Body of Converse and ConverseStream. */
export type ConverseRequest = Wire<Omit<ConverseCommandInput, 'modelId'>>
export type WireContentBlock = Wire<ContentBlock>
export type ConverseResponse = Wire<Omit<ConverseCommandOutput, '$metadata'>>
/** One event of ConverseStream: an object with one key, the event's type. Exceptions never come as events. */
export type ConverseStreamEvent = Wire<ConverseStreamOutput>
