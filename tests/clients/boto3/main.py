"""boto3, told by its environment where to and as whom."""

import base64
import json
import os
import sys

E = os.environ
E["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = E["BASE_URL"]
E["AWS_BEARER_TOKEN_BEDROCK"] = E["TOKEN"]
E["AWS_DEFAULT_REGION"] = "us-east-1"

import boto3  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError, EventStreamError  # noqa: E402

client = boto3.client("bedrock-runtime")
once = boto3.client("bedrock-runtime", config=Config(retries={"total_max_attempts": 1}))
SPECIFICATION = {
    "name": "get_weather",
    "inputSchema": {"json": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
}
TOOLS = {"tools": [{"toolSpec": SPECIFICATION}]}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "celsius": {"type": "number"}},
    "required": ["city", "celsius"],
    "additionalProperties": False,
}


def user(*content):
    return {"role": "user", "content": [{"text": one} if isinstance(one, str) else one for one in content]}


def ask(*messages, by=client, **more):
    request = {"modelId": E["MODEL"], "messages": messages, "inferenceConfig": {"maxTokens": 8192}, **more}
    return by.converse(**request)


def text(answer):
    return "".join(block.get("text", "") for block in answer["output"]["message"]["content"])


def uses(message):
    return [block["toolUse"] for block in message["content"] if "toolUse" in block]


def named(calls):
    return [{"name": one["name"], "input": one["input"]} for one in calls]


def hello():
    answer = ask(user(E["HELLO"]))
    return {"text": text(answer), "tokens": answer["usage"]["totalTokens"]}


def tools():
    first = ask(user(E["TOOLS"]), toolConfig=TOOLS)["output"]["message"]
    results = [{"toolResult": {"toolUseId": one["toolUseId"], "content": [{"text": "rain"}]}} for one in uses(first)]
    return {"calls": named(uses(first)), "text": text(ask(user(E["TOOLS"]), first, user(*results), toolConfig=TOOLS))}


def structured():
    form = {"type": "json_schema", "structure": {"jsonSchema": {"name": "weather", "schema": json.dumps(SCHEMA)}}}
    return {"object": json.loads(text(ask(user(E["STRUCTURED"]), outputConfig={"textFormat": form})))}


def image():
    source = {"bytes": base64.b64decode(E["PIXEL"])}
    return {"text": text(ask(user(E["HELLO"], {"image": {"format": "png", "source": source}})))}


def events(message, **more):
    request = {"modelId": E["MODEL"], "messages": [message], "inferenceConfig": {"maxTokens": 8192}, **more}
    return client.converse_stream(**request)["stream"]


def stream():
    texts, tokens = [], None
    for event in events(user(E["HELLO"])):
        piece = event.get("contentBlockDelta", {}).get("delta", {}).get("text")
        if piece:
            texts.append(piece)
        tokens = event.get("metadata", {}).get("usage", {}).get("totalTokens", tokens)
    return {"text": "".join(texts), "pieces": len(texts), "tokens": tokens}


def tools_streamed():
    calls = []
    for event in events(user(E["TOOLS"]), toolConfig=TOOLS):
        start = event.get("contentBlockStart", {}).get("start", {}).get("toolUse")
        if start:
            calls.append({"name": start["name"], "input": ""})
        piece = event.get("contentBlockDelta", {}).get("delta", {}).get("toolUse")
        if piece:
            calls[-1]["input"] += piece["input"]
    return {"calls": [{"name": one["name"], "input": json.loads(one["input"] or "{}")} for one in calls]}


def abort():
    stream = events(user(E["ABORT"]))
    next(iter(stream))
    stream.close()
    return {"aborted": True}


SCENARIOS = {
    "hello": hello,
    "stream": stream,
    "tools": tools,
    "tools-streamed": tools_streamed,
    "structured": structured,
    "image": image,
    "long": lambda: {"words": len(text(ask(user(E["LONG"]))).split(" "))},
    "refused-token": lambda: ask(user(E["HELLO"])),
    "refused-model": lambda: ask(user(E["HELLO"]), modelId="anthropic.claude-v2"),
    "refused-request": lambda: ask(user(" ")),
    "retried": lambda: {"text": text(ask(user(E["HELLO"])))},
    "throttled": lambda: ask(user(E["HELLO"]), by=once),
    "failed": lambda: ask(user(E["HELLO"])),
    "abort": abort,
}

try:
    print(json.dumps(SCENARIOS[sys.argv[1]]()))
except EventStreamError as error:
    print(json.dumps({"code": error.response["Error"]["Code"]}))
except ClientError as error:
    print(json.dumps({"status": error.response["ResponseMetadata"]["HTTPStatusCode"]}))
