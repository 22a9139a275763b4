-- Requests of all kinds to the example `axum`, in turn, and what is answered.

local APP = "https://app.example.com"
local PREVIEW = "https://pr-1.preview.example.com"
local EVIL = "https://evil.example"
local LONG = 65536

-- A request, and its outcome: the status, and the origin that it is shared with.
local kinds = {
   { "GET", { ["Origin"] = APP }, "200 " .. APP },
   { "GET", { ["Origin"] = EVIL }, "200 -" },
   { "GET", {}, "200 -" },
   { "GET", { ["Origin"] = "https://" .. string.rep("a", LONG) }, "200 -" },
   { "GET", { ["Origin"] = APP .. string.rep(".a", LONG / 2) }, "200 -" },
   { "GET", { ["Origin"] = "\255\254 https://app.example.com,\t\128" }, "200 -" },
   { "GET", { ["Origin"] = APP .. "\r\nOrigin: " .. EVIL }, "200 -" },
   { "PUT", { ["Origin"] = PREVIEW }, "200 " .. PREVIEW },
   { "PUT", { ["Origin"] = "null" }, "200 -" },
   { "DELETE", { ["Origin"] = APP }, "405 -" },
   { "OPTIONS", { ["Origin"] = APP }, "200 -" },
   { "OPTIONS", { ["Origin"] = APP, ["Access-Control-Request-Method"] = "PUT",
      ["Access-Control-Request-Headers"] = "authorization,content-type" }, "204 " .. APP },
   { "OPTIONS", { ["Origin"] = PREVIEW, ["Access-Control-Request-Method"] = "GET" }, "204 " .. PREVIEW },
   { "OPTIONS", { ["Origin"] = EVIL, ["Access-Control-Request-Method"] = "PUT" }, "403 -" },
   { "OPTIONS", { ["Origin"] = APP, ["Access-Control-Request-Method"] = "PUT",
      ["Access-Control-Request-Headers"] = string.rep("a,", LONG / 2) .. "a" }, "403 -" },
   -- The answer lists what is allowed; to refuse is the browser's part.
   { "OPTIONS", { ["Origin"] = APP, ["Access-Control-Request-Method"] = "DELETE",
      ["Access-Control-Request-Headers"] = "x-other" }, "204 " .. APP },
   { "OPTIONS", { ["Origin"] = EVIL .. string.rep("/", LONG), ["Access-Control-Request-Method"] = string.rep("A", LONG) }, "403 -" },
}

local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init()
   requests = {}
   for kind, of in ipairs(kinds) do
      requests[kind] = wrk.format(of[1], "/", of[2], of[1] == "PUT" and "stored" or nil)
   end
   sent = 0
   counts = {}
end

function request()
   sent = sent + 1
   return requests[(sent - 1) % #requests + 1]
end

function response(status, headers)
   local outcome = status .. " " .. (headers["access-control-allow-origin"] or "-")
   counts[outcome] = (counts[outcome] or 0) + 1
end

function done(summary)
   local total, seen, failed = {}, 0, false
   for _, thread in ipairs(threads) do
      for outcome, n in pairs(thread:get("counts")) do
         total[outcome] = (total[outcome] or 0) + n
         seen = seen + n
      end
   end
   local parts = {}
   for _, of in ipairs(kinds) do
      parts[of[3]] = (parts[of[3]] or 0) + 1
   end
   print(string.format("%d responses in %.0f s", seen, summary.duration / 1e6))
   for outcome, n in pairs(total) do
      local expected = seen * (parts[outcome] or 0) / #kinds
      -- What was under way at the end makes the turns uneven.
      local uneven = math.abs(n - expected) > 1000
      failed = failed or uneven
      print(string.format("%9d  %s%s", n, outcome, uneven and "  UNEXPECTED" or ""))
   end
   for _, error in ipairs({ "connect", "read", "write", "timeout" }) do
      failed = failed or summary.errors[error] > 0
      print(string.format("%9d  %s errors", summary.errors[error], error))
   end
   if failed then
      os.exit(1)
   end
end
