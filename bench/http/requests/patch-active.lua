function request()
  turn = turn + 1
  local id, lap = of(users)
  local value = lap % 2 == 0 and "false" or "true"
  return patch("/Users/" .. id, '{"op":"replace","path":"active","value":' .. value .. "}")
end
