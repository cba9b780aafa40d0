-- Each time another user that is not yet in the group: the first 1,000 are in all of them.
function request()
  turn = turn + 1
  local id, lap = of(groups)
  local user = users[1000 + lap % (#users - 1000) + 1]
  return patch("/Groups/" .. id, '{"op":"add","path":"members","value":[{"value":"' .. user .. '"}]}')
end
