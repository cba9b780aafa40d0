function request()
  turn = turn + 1
  local name = "new" .. turn .. "@example.com"
  local body = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"new-' .. turn
    .. '","userName":"' .. name .. '","name":{"givenName":"Given' .. turn .. '","familyName":"Family' .. turn
    .. '"},"displayName":"User ' .. turn .. '","emails":[{"value":"' .. name .. '","type":"work","primary":true}],"active":true}'
  return wrk.format("POST", path .. "/Users", headers, body)
end
