"""LangChain's chat model of Bedrock, for Python. It is asked by the model's Bedrock id."""

import json
import os
import sys

import botocore.exceptions
from botocore.config import Config
from langchain_aws import ChatBedrockConverse
from langchain_core.messages import HumanMessage, ToolMessage

E = os.environ
WEATHER = {
    "title": "weather",
    "description": "The weather of a city",
    "type": "object",
    "properties": {"city": {"type": "string"}, "celsius": {"type": "number"}},
    "required": ["city", "celsius"],
}
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather", "parameters": PARAMETERS}}]


def make(**more):
    where = {"base_url": E["BASE_URL"], "region_name": "us-east-1", "bedrock_api_key": E["TOKEN"]}
    return ChatBedrockConverse(**{"model": E["MODEL_ID"], **where, **more})


def calls(message):
    return [{"name": one["name"], "input": one["args"]} for one in message.tool_calls]


def text(message):
    return message.text if isinstance(message.text, str) else message.text()


def hello():
    answer = make().invoke(E["HELLO"])
    return {"text": text(answer), "tokens": answer.usage_metadata["total_tokens"]}


def stream():
    texts, tokens = [], None
    for chunk in make().stream(E["HELLO"]):
        if text(chunk):
            texts.append(text(chunk))
        tokens = chunk.usage_metadata["total_tokens"] if chunk.usage_metadata else tokens
    return {"text": "".join(texts), "pieces": len(texts), "tokens": tokens}


def tools():
    able = make().bind_tools(TOOLS)
    first = able.invoke(E["TOOLS"])
    results = [ToolMessage("rain", tool_call_id=one["id"]) for one in first.tool_calls]
    return {"calls": calls(first), "text": text(able.invoke([HumanMessage(E["TOOLS"]), first, *results]))}


def tools_streamed():
    whole = None
    for chunk in make().bind_tools(TOOLS).stream(E["TOOLS"]):
        whole = chunk if whole is None else whole + chunk
    return {"calls": calls(whole)}


def structured():
    # By a tool that must be called: it has no other way.
    return {"object": make().with_structured_output(WEATHER).invoke(E["STRUCTURED"])}


def image():
    url = f"data:image/png;base64,{E['PIXEL']}"
    parts = [{"type": "text", "text": E["HELLO"]}, {"type": "image_url", "image_url": {"url": url}}]
    return {"text": text(make().invoke([HumanMessage(parts)]))}


def abort():
    events = make().stream(E["ABORT"])
    next(events)
    events.close()
    return {"aborted": True}


ONCE = Config(retries={"total_max_attempts": 1})

SCENARIOS = {
    "hello": hello,
    "stream": stream,
    "tools": tools,
    "tools-streamed": tools_streamed,
    "structured": structured,
    "image": image,
    "long": lambda: {"words": len(text(make(max_tokens=8000).invoke(E["LONG"])).split(" "))},
    "refused-token": lambda: make().invoke(E["HELLO"]),
    "refused-model": lambda: make(model="us.amazon.nova-pro-v1:0").invoke(E["HELLO"]),
    "refused-request": lambda: make(temperature=9).invoke(E["HELLO"]),
    "retried": lambda: {"text": text(make().invoke(E["HELLO"]))},
    "throttled": lambda: make(config=ONCE).invoke(E["HELLO"]),
    "failed": lambda: make().invoke(E["HELLO"]),
    "abort": abort,
}

try:
    print(json.dumps(SCENARIOS[sys.argv[1]]()))
except botocore.exceptions.ClientError as error:
    print(json.dumps({"status": error.response["ResponseMetadata"]["HTTPStatusCode"]}))
