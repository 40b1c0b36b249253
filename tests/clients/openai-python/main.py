"""OpenAI's client for Python."""

import json
import os
import sys

import openai

E = os.environ
client = openai.OpenAI(base_url=f"{E['BASE_URL']}/v1", api_key=E["TOKEN"])
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "celsius": {"type": "number"}},
    "required": ["city", "celsius"],
    "additionalProperties": False,
}


def create(content, **more):
    return client.chat.completions.create(
        **{"model": E["MODEL"], "messages": [{"role": "user", "content": content}], **more}
    )


def calls(message):
    return [{"name": one.function.name, "input": json.loads(one.function.arguments)} for one in message.tool_calls]


def hello():
    completion = create(E["HELLO"])
    return {"text": completion.choices[0].message.content, "tokens": completion.usage.total_tokens}


def stream():
    texts, tokens = [], None
    for chunk in create(E["HELLO"], stream=True, stream_options={"include_usage": True}):
        if chunk.choices and chunk.choices[0].delta.content:
            texts.append(chunk.choices[0].delta.content)
        tokens = chunk.usage.total_tokens if chunk.usage else tokens
    return {"text": "".join(texts), "pieces": len(texts), "tokens": tokens}


def tools():
    message = create(E["TOOLS"], tools=TOOLS).choices[0].message
    results = [{"role": "tool", "tool_call_id": one.id, "content": "rain"} for one in message.tool_calls]
    messages = [{"role": "user", "content": E["TOOLS"]}, message, *results]
    answer = create("", messages=messages, tools=TOOLS)
    return {"calls": calls(message), "text": answer.choices[0].message.content}


def reasoning():
    more = {"tools": TOOLS, "reasoning_effort": "low"}
    message = create(E["TOOLS"], **more).choices[0].message
    results = [{"role": "tool", "tool_call_id": one.id, "content": "rain"} for one in message.tool_calls]
    messages = [{"role": "user", "content": E["TOOLS"]}, message, *results]
    answer = client.chat.completions.with_raw_response.create(model=E["MODEL"], messages=messages, **more)
    return {
        "reasoning": message.reasoning_content,
        "text": answer.parse().choices[0].message.content,
        "ignored": answer.headers.get("x-genai-ignored"),
    }


def tools_streamed():
    messages = [{"role": "user", "content": E["TOOLS"]}]
    with client.chat.completions.stream(model=E["MODEL"], messages=messages, tools=TOOLS) as events:
        return {"calls": calls(events.get_final_completion().choices[0].message)}


def structured():
    schema = {"name": "weather", "strict": True, "schema": SCHEMA}
    completion = create(E["STRUCTURED"], response_format={"type": "json_schema", "json_schema": schema})
    return {"object": json.loads(completion.choices[0].message.content)}


def embeddings():
    texts = ["a hub and its spokes", "A hub, and its spokes!"]
    answer = client.embeddings.create(model=E["EMBEDDINGS"], input=texts, dimensions=512)
    one, other = (item.embedding for item in answer.data)
    return {"sizes": [len(one), len(other)], "near": sum(a * b for a, b in zip(one, other))}


def image():
    url = f"data:image/png;base64,{E['PIXEL']}"
    parts = [{"type": "text", "text": E["HELLO"]}, {"type": "image_url", "image_url": {"url": url}}]
    return {"text": create(parts).choices[0].message.content}


def long():
    return {"words": len(create(E["LONG"]).choices[0].message.content.split(" "))}


def throttled():
    return client.with_options(max_retries=0).chat.completions.create(
        model=E["MODEL"], messages=[{"role": "user", "content": E["HELLO"]}]
    )


def abort():
    events = create(E["ABORT"], stream=True)
    next(iter(events))
    events.close()
    return {"aborted": True}


def responses():
    def respond(content, **more):
        return client.responses.create(model=E["MODEL"], input=content, store=False, **more)

    tools = [{"type": "function", "strict": False, **TOOLS[0]["function"]}]
    texts = [one.delta for one in respond(E["HELLO"], stream=True) if one.type == "response.output_text.delta"]
    first = respond(E["TOOLS"], tools=tools)
    asked = [one for one in first.output if one.type == "function_call"]
    results = [{"type": "function_call_output", "call_id": one.call_id, "output": "rain"} for one in asked]
    second = respond([{"role": "user", "content": E["TOOLS"]}, *first.output, *results], tools=tools)
    form = {"format": {"type": "json_schema", "name": "weather", "strict": True, "schema": SCHEMA}}
    return {
        "text": respond(E["HELLO"]).output_text,
        "streamed": "".join(texts),
        "pieces": len(texts),
        "calls": [{"name": one.name, "input": json.loads(one.arguments)} for one in asked],
        "answered": second.output_text,
        "object": json.loads(respond(E["STRUCTURED"], text=form).output_text),
    }


SCENARIOS = {
    "hello": hello,
    "stream": stream,
    "tools": tools,
    "reasoning": reasoning,
    "tools-streamed": tools_streamed,
    "structured": structured,
    "embeddings": embeddings,
    "responses": responses,
    "image": image,
    "long": long,
    "refused-token": lambda: create(E["HELLO"]),
    "refused-model": lambda: create(E["HELLO"], model="gpt-5"),
    "refused-request": lambda: create(E["HELLO"], n=2),
    "retried": lambda: {"text": create(E["HELLO"]).choices[0].message.content},
    "throttled": throttled,
    "failed": lambda: create(E["HELLO"]),
    "abort": abort,
}

try:
    print(json.dumps(SCENARIOS[sys.argv[1]]()))
except openai.APIStatusError as error:
    print(json.dumps({"status": error.status_code, "code": error.code, "param": error.param, "type": error.type}))
