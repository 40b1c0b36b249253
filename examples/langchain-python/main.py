"""LangChain: a chain of a prompt and a model, streamed."""

import os

from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model=os.environ.get("MODEL", "claude-haiku-4.5"),
    base_url=f"{os.environ['GATEWAY_URL']}/{os.environ['TENANT_ID']}/v1",
    api_key=os.environ["ID_TOKEN"],
)
prompt = ChatPromptTemplate.from_messages([("system", "You answer in one sentence."), ("user", "What is {thing}?")])
for piece in (prompt | model).stream({"thing": "a hub-and-spoke network"}):
    print(piece.text, end="", flush=True)
print()
