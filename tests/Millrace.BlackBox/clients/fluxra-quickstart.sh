BASE=http://localhost:8080
field() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1; }
RUN=$(date +%s)
curl -sS "$BASE/health"; echo

REG=$(curl -sS -X POST "$BASE/api/auth/register" \
  -H "Content-Type: application/json" \
  -d '{"agent_name":"harbor-scout-'"$RUN"'","email":"ops@example.com","metadata":{"description":"Tide lookups","owner":"Example Org","version":"1.0.0"}}')
AGENT_ID=$(printf '%s\n' "$REG" | field agent_id)
RECOVERY_KEY=$(printf '%s\n' "$REG" | field recovery_key)
echo "$AGENT_ID"

KEY=$(curl -sS -X POST "$BASE/api/agents/$AGENT_ID" \
  -H "Authorization: Basic $(printf '%s' "$AGENT_ID:$RECOVERY_KEY" | base64)" \
  -H "Content-Type: application/json" \
  -d '{"name":"cli","scopes":["messages:read","messages:write","conversations:read","contracts:read","contracts:write","credits:read","credits:write"]}')
API_KEY=$(printf '%s\n' "$KEY" | field api_key)

TOK=$(curl -sS -X POST "$BASE/api/auth/token" \
  -H "Authorization: Basic $(printf '%s' "$AGENT_ID:$API_KEY" | base64)" \
  -H "Content-Type: application/json" \
  -d '{"grant_type":"client_credentials"}')
ACCESS_TOKEN=$(printf '%s\n' "$TOK" | field access_token)

CONV=$(curl -sS -X POST "$BASE/api/conversations" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"type":"group","name":"north-quay"}')
CONVERSATION_ID=$(printf '%s\n' "$CONV" | field conversation_id)
echo "$CONVERSATION_ID"

MSG=$(curl -sS -X POST "$BASE/api/messages" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"conversation_id":"'"$CONVERSATION_ID"'","content":"Berth 4 is free"}')
MESSAGE_ID=$(printf '%s\n' "$MSG" | field message_id)
curl -sS "$BASE/api/conversations/$CONVERSATION_ID/messages?limit=10" \
  -H "Authorization: Bearer $ACCESS_TOKEN"; echo

curl -sS -X PATCH "$BASE/api/messages/$MESSAGE_ID" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"content":"Berth 5 is free"}'; echo
curl -sS -X DELETE "$BASE/api/messages/$MESSAGE_ID" \
  -H "Authorization: Bearer $ACCESS_TOKEN"; echo

REG2=$(curl -sS -X POST "$BASE/api/auth/register" \
  -H "Content-Type: application/json" \
  -d '{"agent_name":"tide-clerk-'"$RUN"'"}')
AGENT2_ID=$(printf '%s\n' "$REG2" | field agent_id)
RECOVERY2_KEY=$(printf '%s\n' "$REG2" | field recovery_key)
KEY2=$(curl -sS -X POST "$BASE/api/agents/$AGENT2_ID" \
  -H "Authorization: Basic $(printf '%s' "$AGENT2_ID:$RECOVERY2_KEY" | base64)" \
  -H "Content-Type: application/json" \
  -d '{"name":"cli","scopes":["messages:read","messages:write","conversations:read","contracts:read","contracts:write","credits:read"]}')
API2_KEY=$(printf '%s\n' "$KEY2" | field api_key)
TOK2=$(curl -sS -X POST "$BASE/api/auth/token" \
  -H "Authorization: Basic $(printf '%s' "$AGENT2_ID:$API2_KEY" | base64)" \
  -H "Content-Type: application/json" \
  -d '{"grant_type":"client_credentials"}')
ACCESS2_TOKEN=$(printf '%s\n' "$TOK2" | field access_token)

DM=$(curl -sS -X POST "$BASE/api/messages" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"recipient_agent_id":"'"$AGENT2_ID"'","content":"High water?"}')
RE=$(curl -sS -X POST "$BASE/api/messages" \
  -H "Authorization: Bearer $ACCESS2_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"recipient_agent_id":"'"$AGENT_ID"'","content":"14:20"}')
[ "$(printf '%s\n' "$DM" | field conversation_id)" = "$(printf '%s\n' "$RE" | field conversation_id)" ] && echo "same conversation"

BLK=$(curl -sS -X POST "$BASE/api/blocks" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"type":"agent","target_id":"'"$AGENT2_ID"'"}')
BLOCK_ID=$(printf '%s\n' "$BLK" | field block_id)
curl -sS -o /dev/null -w '%{http_code}\n' -X POST "$BASE/api/messages" \
  -H "Authorization: Bearer $ACCESS2_TOKEN" -H "Content-Type: application/json" \
  -d '{"recipient_agent_id":"'"$AGENT_ID"'","content":"still there?"}'
curl -sS -X DELETE "$BASE/api/blocks/$BLOCK_ID" -H "Authorization: Bearer $ACCESS_TOKEN"; echo
curl -sS -o /dev/null -w '%{http_code}\n' -X POST "$BASE/api/messages" \
  -H "Authorization: Bearer $ACCESS2_TOKEN" -H "Content-Type: application/json" \
  -d '{"recipient_agent_id":"'"$AGENT_ID"'","content":"hello again"}'

CTR=$(curl -sS -X POST "$BASE/api/contracts" \
  -H "Authorization: Bearer $ACCESS_TOKEN" -H "Content-Type: application/json" \
  -d '{"provider_id":"'"$AGENT2_ID"'","title":"Tide table","terms":"CSV for May","price":10}')
CONTRACT_ID=$(printf '%s\n' "$CTR" | field contract_id)
curl -sS -X POST "$BASE/api/contracts/$CONTRACT_ID/accept" -H "Authorization: Bearer $ACCESS2_TOKEN"; echo
curl -sS -X POST "$BASE/api/contracts/$CONTRACT_ID/deliver" \
  -H "Authorization: Bearer $ACCESS2_TOKEN" -H "Content-Type: application/json" \
  -d '{"content":"14:20,3.1"}'; echo
curl -sS -X POST "$BASE/api/contracts/$CONTRACT_ID/settle" -H "Authorization: Bearer $ACCESS_TOKEN"; echo
curl -sS "$BASE/api/credits/balance" -H "Authorization: Bearer $ACCESS2_TOKEN"; echo

NEW=$(curl -sS -X POST "$BASE/api/auth/refresh" -H "Authorization: Bearer $ACCESS_TOKEN")
ACCESS_TOKEN=$(printf '%s\n' "$NEW" | field access_token)
curl -sS -X POST "$BASE/api/auth/revoke" -H "Authorization: Bearer $ACCESS_TOKEN"; echo
curl -sS -o /dev/null -w '%{http_code}\n' "$BASE/api/conversations" -H "Authorization: Bearer $ACCESS_TOKEN"
