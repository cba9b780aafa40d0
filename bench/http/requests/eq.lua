function request()
  turn = turn + 1
  return wrk.format("GET", path .. "/Users?filter=userName%20eq%20%22user" .. turn % #users .. "%40example.com%22")
end
