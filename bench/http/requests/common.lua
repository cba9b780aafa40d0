-- Stands ahead of each of the others, behind `path`, `authorization`, and `users` and `groups`, the ids that the server has given.
turn = 0
wrk.headers["Authorization"] = authorization
headers = { ["Content-Type"] = "application/scim+json", ["Authorization"] = authorization }

-- The argument is the number that the values of this round begin behind.
function init(args)
  turn = tonumber(args[1])
end

-- The id of this turn, and how often all of them have had theirs.
function of(ids)
  return ids[turn % #ids + 1], math.floor(turn / #ids)
end

function patch(url, operation)
  local body = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[' .. operation .. "]}"
  return wrk.format("PATCH", path .. url, headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"p99":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)
  ))
end
