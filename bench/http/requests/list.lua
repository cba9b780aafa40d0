function request()
  turn = turn + 1
  return wrk.format("GET", path .. "/Users?startIndex=" .. turn * 7 % (#users - 100) + 1 .. "&count=100")
end
