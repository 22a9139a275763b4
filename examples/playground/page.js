"use strict";

const REQUESTS = [
  { name: "GET", init: { method: "GET" } },
  {
    name: "POST JSON",
    init: { method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
  },
  { name: "PUT", init: { method: "PUT", body: "hello" } },
  { name: "DELETE", init: { method: "DELETE" } },
  { name: "patch, in small letters", init: { method: "patch", body: "hello" } },
  { name: "GET with cookies", init: { method: "GET", credentials: "include" } },
  {
    name: "GET with Authorization",
    init: { method: "GET", headers: { authorization: "Bearer 7" } },
  },
  {
    name: "GET with a header of its own",
    init: { method: "GET", headers: { "x-client": "playground" } },
  },
  { name: "GET, and read X-Total-Count", init: { method: "GET" }, reads: "x-total-count" },
];

const byId = (id) => document.getElementById(id);
const [origin, editor, form, log] = ["origin", "policy", "form", "log"].map(byId);
let api;

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", body });
  return { ok: response.ok, text: await response.text() };
}

// The log

function append({ outcome, title, text, repair }) {
  const entry = element("article", { className: outcome }, element("h3", {}, title));
  if (text) entry.append(element("pre", {}, text.trim()));
  if (repair) entry.append(...describe(repair));
  byId("empty").hidden = true;
  log.append(entry);
  entry.scrollIntoView({ block: "nearest" });
}

function describe({ lines, refused }) {
  const code = element("pre", { className: "repair" }, lines.join("\n"));
  if (refused) {
    return [
      element("p", {}, "To allow this, the policy would need"),
      code,
      element("p", {}, "which is refused:"),
      element("pre", {}, refused.trim()),
    ];
  }
  const button = element("button", { type: "button" }, "Put it into the editor");
  button.onclick = () => putIntoEditor(lines);
  return [element("p", {}, "To allow this, write in the policy"), code, button];
}

byId("clear").onclick = () => {
  log.replaceChildren();
  byId("empty").hidden = false;
};

// The requests

async function send({ name, init, reads }) {
  const from = origin.value;
  const code = `fetch("${api}", ${JSON.stringify(init)})`;
  append({ outcome: "request", title: `${name}, from ${from}`, text: code });
  const seen = await fetchFrom(from, { url: api, init, reads });
  const fetched = { origin: from, reads, ...init, ...seen };
  const { ok, text } = await post("/fetched", JSON.stringify(fetched));
  if (!ok) append({ outcome: "denied", title: `The script sees: ${seen.seen}`, text });
}

// A frame has the origin that it was loaded from; a sandboxed one has an opaque origin.
function fetchFrom(from, message) {
  const frame = element("iframe", { hidden: true, title: "Sends the request" });
  if (from === "null") frame.sandbox = "allow-scripts";
  frame.src = from === "null" ? "/frame" : `${from}/frame`;
  return new Promise((resolve) => {
    frame.onload = () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        frame.remove();
        resolve(data);
      };
      frame.contentWindow.postMessage(message, "*", [port2]);
    };
    document.body.append(frame);
  });
}

// The policy

function putIntoEditor(lines) {
  editor.focus();
  for (const line of lines) {
    const text = editor.value;
    const field = new RegExp(`^${line.split(" ")[0]}\\s*=`, "m").exec(text);
    if (field) {
      editor.setSelectionRange(field.index, endOfValue(text, field.index + field[0].length));
      insert(line);
    } else {
      // Before the first field, where no table has begun.
      const first = Math.max(text.search(/^["[\w]/m), 0);
      editor.setSelectionRange(first, first);
      insert(`${line}\n`);
    }
  }
  show("The repair is in the editor, and not in force before a reload.");
}

function endOfValue(text, start) {
  const tokens = /"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[ \t]*#.*|[[\]{}\n]/g;
  tokens.lastIndex = start;
  let depth = 0;
  for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
    if ("[{".includes(token[0])) depth += 1;
    if ("]}".includes(token[0])) depth -= 1;
    if (depth === 0 && /^[\s#]/.test(token[0])) return token.index;
  }
  return text.length;
}

// Unlike an assignment to the value, this can be undone.
function insert(text) {
  if (!document.execCommand("insertText", false, text)) {
    editor.setRangeText(text, editor.selectionStart, editor.selectionEnd, "end");
  }
}

function show(text, className = "") {
  const status = Object.assign(byId("status"), { textContent: text, className });
  if (text) status.scrollIntoView({ block: "nearest" });
}

form.onsubmit = async (event) => {
  event.preventDefault();
  const { ok, text } = await post("/policy", editor.value);
  if (!ok) return show(`${text.trim()}\nThe policy before it stays in force.`, "denied");
  const { generation, advice } = JSON.parse(text);
  show([`Policy ${generation} is in force.`, ...advice].join("\nadvice: "), "allowed");
};

editor.onkeydown = (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
};

// The start

for (const request of REQUESTS) {
  const button = element("button", { type: "button", disabled: true }, request.name);
  button.onclick = () => send(request);
  byId("requests").append(button);
}

async function start() {
  const setup = await (await fetch("/setup")).json();
  api = setup.api;
  byId("api").textContent = api;
  const [usual, otherName, otherPort] = setup.origins;
  for (const [value, label] of [
    [usual, usual],
    [otherName, `${otherName}, another name`],
    [otherPort, `${otherPort}, another port`],
    ["null", "null, a sandboxed frame"],
  ]) {
    origin.append(element("option", { value }, label));
  }
  document.cookie = `${setup.cookie}; SameSite=Lax`;
  editor.value = setup.policy;

  const decisions = new EventSource("/decisions");
  decisions.onmessage = ({ data }) => append(JSON.parse(data));
  // A decision before this would be missed.
  decisions.onopen = () => {
    show("");
    for (const control of document.querySelectorAll(":disabled")) control.disabled = false;
  };
  decisions.onerror = () => show("The server of this page does not answer.", "denied");
}

start();
