function request()
  turn = turn + 1
  return wrk.format("GET", path .. "/Users/" .. of(users))
end
