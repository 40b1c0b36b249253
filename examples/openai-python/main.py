"""OpenAI's client for Python: a streamed answer."""

import os

from openai import OpenAI

client = OpenAI(
    base_url=f"{os.environ['GATEWAY_URL']}/{os.environ['TENANT_ID']}/v1",
    # The key is asked for at each request: a program that runs for longer than a token gives a new one here (docs/clients.md).
    api_key=lambda: os.environ["ID_TOKEN"],
)
stream = client.chat.completions.create(
    model=os.environ.get("MODEL", "claude-haiku-4.5"),
    messages=[{"role": "user", "content": "What is a hub-and-spoke network?"}],
    stream=True,
)
for chunk in stream:
    print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
