#!/bin/sh
# curl: the prompt is the script's argument. What it prints is the JSON of the answer.
set -eu
prompt=${1:-"What is a hub-and-spoke network?"}
escaped=$(printf '%s' "$prompt" | sed 's/\\/\\\\/g; s/"/\\"/g')
# The token comes by standard input, so that no list of processes shows it.
printf 'header = "Authorization: Bearer %s"\n' "$ID_TOKEN" |
  curl -sS --fail-with-body --config - "$GATEWAY_URL/$TENANT_ID/invoke" \
    -H 'content-type: application/json' -d "{\"prompt\": \"$escaped\"}"
echo
