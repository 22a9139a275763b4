#!/usr/bin/env python3
"""Makes answers.json, what tests/gateway_replay.rs replays, from kong.json and krakend.json.

    tests/observed/compact.py DIRECTORY > tests/observed/answers.json

Each of those two files holds `cases`: a gateway's generation, a configuration, and
requests with the real gateway's answer and what a browser concludes from it. Kept are
the requests that a browser can send, each once, and the conclusions, one character
for each request: its place in `conclusions`, counted from `A`.
"""
import json
import sys

requests, lists, conclusions, cases = {}, {}, {}, []


def index(table, key):
    return table.setdefault(key, len(table))


for gateway in ("kong", "krakend"):
    with open(f"{sys.argv[1]}/{gateway}.json", encoding="utf8") as file:
        observed = json.load(file)["cases"]
    for case in observed:
        row = [gateway, case["gen"], case["name"], case["config"]]
        refusal = case.get("refused") or case.get("panic")
        if refusal:
            cases.append(row + [refusal])
            continue
        rows = [row for row in case["requests"] if not row[0].endswith("!")]
        # Six columns are the request, the seventh the answer, the last the conclusion.
        numbers = tuple(index(requests, tuple(row[:6])) for row in rows)
        letters = "".join(chr(ord("A") + index(conclusions, row[7])) for row in rows)
        cases.append(row + [index(lists, numbers), letters])

tables = {"requests": requests, "conclusions": conclusions, "lists": lists}
print("{")
for name, table in tables.items():
    lines = ",\n".join(json.dumps(key, ensure_ascii=False, separators=(",", ":")) for key in table)
    print(f'"{name}":[\n{lines}],')
lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
print(f'"cases":[\n{lines}]}}')
