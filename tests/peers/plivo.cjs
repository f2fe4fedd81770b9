"use strict";
// Plivo's own Node package: against the REST API, with documents that it builds, and its validators over the network's
// webhooks and over thousands of made-up ones. One printed line a check; the first that fails ends the script.

const { spawn, spawnSync } = require("node:child_process");
const { once } = require("node:events");
const http = require("node:http");
const readline = require("node:readline");
const plivo = require("plivo");
const axios = require(require.resolve("axios", { paths: [require.resolve("plivo")] }));

const SHOP = "12125550123";
const SILENT_LINE = "12125550121";
const BUSY = "12125550110";
// Longer than anything here takes on a busy machine. It only ends a script that hangs.
const PATIENCE_MS = 90_000;

function check(name, holds, shown) {
  console.log((holds ? "ok      " : "FAILED  ") + name);
  if (!holds) throw new Error(`${name}: ${JSON.stringify(shown)}`);
}

/** Returns kind, status and sentence of what the API refuses, "" if it does not. */
async function refused(act) {
  try {
    await act();
  } catch (error) {
    return `${error.constructor.name} ${error.status} ${error.message}`;
  }
  return "";
}

/** Looks until what is seen is as wanted; what is not there yet is looked for again. Each look is a round trip. */
async function until(look, done) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look().catch(() => null);
    if (seen !== null && done(seen)) return seen;
    if (Date.now() > end) throw new Error("something never came to be as wanted");
  }
}

/** The package has no setting for where the API is: its requests are led elsewhere on their way out. */
function lead(base) {
  const send = axios.getAdapter("http");
  axios.defaults.adapter = (config) => send({ ...config, url: config.url.replace("https://api.plivo.com", base) });
}

/** A small program of the kind that Plivo calls: serves documents and has the package check each signature. */
async function program(token) {
  const app = { documents: new Map(), seen: [], waiting: [] };
  const server = http.createServer((request, reply) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      const url = app.origin + request.url;
      const form = Object.fromEntries(new URLSearchParams(body));
      const header = (name) => request.headers[`x-plivo-signature-${name}`] ?? "";
      const v3 = (name, params) => plivo.validateV3Signature(request.method, url, header("v3-nonce"), token, header(name), params);
      const v2 = (name) => plivo.validateSignature(url, header("v2-nonce"), header(name), token);
      const signed = [v3("v3", { ...form }), v3("ma-v3", { ...form }), v2("v2"), v2("ma-v2"), !v3("v3", { ...form, CallUUID: "another" })];
      const path = request.url.split("?")[0];
      app.seen.push({ path, form: { ...Object.fromEntries(new URL(url).searchParams), ...form }, signed });
      for (const look of app.waiting.splice(0)) look();
      const document = app.documents.get(path);
      reply.writeHead(document ? 200 : 204, { "content-type": "application/xml" });
      reply.end(document);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  app.origin = `http://127.0.0.1:${server.address().port}`;
  app.close = () => server.close();
  app.serve = (path, response) => app.documents.set(path, response.toXML());
  app.waitFor = async (path, fits = () => true) => {
    for (;;) {
      const found = app.seen.find((seen) => seen.path === path && fits(seen.form));
      if (found) return found.form;
      const news = new Promise((resolve) => app.waiting.push(resolve));
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`nothing came to ${path}`)), PATIENCE_MS).unref());
      await Promise.race([news, late]);
    }
  };
  return app;
}

async function calls(client, ours, app) {
  const stay = plivo.Response();
  stay.addRecord({ recordSession: true, maxLength: 300, callbackUrl: `${app.origin}/tape`, redirect: false });
  const ask = stay.addGetInput({ action: `${app.origin}/said`, inputType: "speech dtmf", executionTimeout: 40, language: "en-US", hints: "help" });
  ask.addSpeak("Good day & hello, what can you do for me?");
  stay.addRedirect(`${app.origin}/nothing`);
  app.serve("/answer", stay);
  const goodbye = plivo.Response();
  goodbye.addSpeak("Thank you.");
  goodbye.addDTMF("12");
  goodbye.addHangup();
  app.serve("/said", goodbye);
  const created = await client.calls.create(ours, SHOP, `${app.origin}/answer?task=t42`, { hangupUrl: `${app.origin}/hangup`, ringUrl: `${app.origin}/ring` });
  check("a call is fired", created.message === "call fired" && typeof created.requestUuid === "string", created);
  const uuid = created.requestUuid;
  const live = await until(() => client.calls.getLiveCall(uuid), (call) => call.callStatus === "in-progress");
  check("it is shown while it lives", live.direction === "outbound" && live.to === SHOP, live);
  const said = await app.waitFor("/said");
  check("the callee's words come to the action", said.InputType === "speech" && said.Speech.length > 3, said);
  check("our own query is kept", (await app.waitFor("/answer")).task === "t42");
  const end = await app.waitFor("/hangup", (form) => form.CallUUID === uuid);
  check("the document ends the call", end.HangupSource === "Answer XML" && end.HangupCauseCode === "4000", end);
  const record = await until(() => client.calls.get(uuid), (call) => call.hangupCauseCode === 4000);
  check("its record says so", record.callState === "ANSWER" && record.billedDuration === 60, record);
  const tape = await app.waitFor("/tape");
  const recordings = await client.recordings.list({ callUuid: uuid });
  check("its recording is listed", recordings.length === 1 && recordings[0].recordingId === tape.RecordingID, recordings);
  const sound = Buffer.from(await (await fetch(recordings[0].recordingUrl)).arrayBuffer());
  const decoded = spawnSync("lame", ["--quiet", "--decode", "--mp3input", "-", "-"], { input: sound, maxBuffer: 1 << 28 });
  check("and is MP3", decoded.status === 0 && decoded.stdout.length > 8_000, decoded.status);
  await client.recordings.delete(tape.RecordingID);

  const busy = await client.calls.create(ours, BUSY, `${app.origin}/answer`, { hangupUrl: `${app.origin}/hangup` });
  await until(() => client.calls.get(busy.requestUuid), (call) => call.hangupCauseCode === 3010);
  // Another call may be over meanwhile.
  const ours_of = (list) => list.map((call) => call.callUuid).filter((one) => [busy.requestUuid, uuid].includes(one));
  const listed = ours_of(await client.calls.list());
  check("a list shows the newest first", listed.join() === [busy.requestUuid, uuid].join(), listed);
  check("and filters by number", ours_of(await client.calls.list({ toNumber: BUSY })).join() === busy.requestUuid);
}

async function live(client, ours, app) {
  const wait = plivo.Response();
  wait.addWait({ length: 300 });
  app.serve("/wait", wait);
  const { requestUuid: uuid } = await client.calls.create(ours, SILENT_LINE, `${app.origin}/wait`, { hangupUrl: `${app.origin}/hangup` });
  await until(() => client.calls.getLiveCall(uuid), (call) => call.callStatus === "in-progress");
  check("something is said to a live call", (await client.calls.speakText(uuid, "Hello there", {})).message === "speak started");
  check("keys are pressed", (await client.calls.sendDigits(uuid, "12", {})).message === "digits sent");
  const started = await client.calls.record(uuid, { timeLimit: 60 });
  check("it is recorded", started.message === "call recording started" && Boolean(started.recordingId), started);
  const room = plivo.Response();
  room.addConference("node", { callbackUrl: `${app.origin}/room` });
  app.serve("/room-of", room);
  const moved = await client.calls.transfer(uuid, { legs: "aleg", alegUrl: `${app.origin}/room-of` });
  check("it is transferred", moved.message === "call transfered", moved);
  await app.waitFor("/room", (form) => form.ConferenceAction === "enter");
  const shown = await client.conferences.get("node");
  check("into a conference", shown.conferenceMemberCount === "1" && shown.members[0].callUuid === uuid, shown);
  check("a member is muted", (await client.conferences.muteMember("node", shown.members[0].memberId)).message === "muted");
  await client.calls.hangup(uuid);
  const end = await app.waitFor("/hangup", (form) => form.CallUUID === uuid);
  check("and hung up", end.HangupSource === "API Request", end);
}

async function rest(client, ours, app) {
  const account = await client.accounts.get();
  check("the account is shown", account.accountType === "standard", account);
  const made = await client.applications.create("node", { answerUrl: `${app.origin}/answer` });
  const application = await client.applications.get(made.appId);
  check("an application is made", application.appName === "node" && application.answerMethod === "POST", application);
  await client.numbers.update(ours, { appId: made.appId });
  check("the number points to it", (await client.numbers.get(ours)).application.includes(made.appId));
  const sent = await client.messages.create({ src: ours, dst: SHOP, text: "At six, please.", url: `${app.origin}/sms` });
  await app.waitFor("/sms", (form) => form.Status === "delivered" && form.MessageUUID === sent.messageUuid[0]);
  check("a message arrives", (await client.messages.get(sent.messageUuid[0])).messageState === "delivered");
  const place = (from, to) => refused(() => client.calls.create(from, to, `${app.origin}/answer`));
  check("refused: a word in place of a number", (await place(ours, "pizza")).includes("400 to parameter is invalid"), await place(ours, "pizza"));
  check("refused: a number that is not ours", (await place("12125550999", SHOP)).includes("400 from parameter is invalid"));
  const unknown = await refused(() => client.calls.get("none"));
  check("refused: a call that is not there", unknown.includes("404 call not found"), unknown);
}

/** Returns a die that falls the same way on every machine: a linear congruence, as of Numerical Recipes. */
function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Our signatures against the package's validators. What it makes of an address that is not plain is its own. */
function validators(signer) {
  const roll = dice(20_261_126);
  const text = (letters, most, least = 0) => Array.from({ length: least + roll(most + 1 - least) }, () => letters[roll(letters.length)]).join("");
  const [names, letters] = [[..."abcXYZ019_-."], [..."abcXYZ019_-.~ +&=%#?/\\'\"<>;,:@$!*()[]{}|^`\töß漢字🎉"]];
  const hooks = Array.from({ length: 2_000 }, () => {
    const method = roll(3) === 0 ? "GET" : "POST";
    const query = new URLSearchParams(Array.from({ length: roll(3) }, () => [text(names, 8, 1), text(names, 8)])).toString();
    const url = `https://pm.example.com${roll(3) === 0 ? ":8443" : ""}/${text(names, 9, 1)}` + (query ? `?${query}` : "");
    const params = {};
    for (let left = method === "GET" ? 0 : roll(12); left > 0; left -= 1) params[text(names, 10, 1)] = text(letters, 30);
    const body = new URLSearchParams(params).toString();
    return { method, url, params, body, secret: text(names, 40, 1), nonce: text([..."0123456789"], 20, 20), content_type: "application/x-www-form-urlencoded", signature: "" };
  });
  const ran = spawnSync(signer, { input: hooks.map((hook) => JSON.stringify(hook) + "\n").join(""), maxBuffer: 1 << 28 });
  const answers = ran.stdout.toString().trim().split("\n").map((line) => JSON.parse(line));
  check(`${hooks.length} webhooks are signed`, answers.length === hooks.length && answers.every((answer) => !answer.accepted), answers.length);
  const v3 = (hook, signature, params) => plivo.validateV3Signature(hook.method, hook.url, hook.nonce, hook.secret, signature, params);
  const differ = hooks.filter((hook, at) => !v3(hook, answers[at].signature, { ...hook.params }));
  check("the package accepts what we sign", differ.length === 0, differ.slice(0, 2));
  const forged = hooks.filter((hook, at) => hook.method === "POST" && v3(hook, answers[at].signature, { ...hook.params, zz: "1" }));
  check("for no other webhook", forged.length === 0, forged.slice(0, 2));
  const old = hooks.filter((hook, at) => !plivo.validateSignature(hook.url, hook.nonce, answers[at].v2, hook.secret));
  check("and in the older scheme", old.length === 0, old.slice(0, 2));
}

async function main() {
  const [, , binary, folder, signer] = process.argv;
  const sandbox = spawn(binary, ["sandbox", "--listen", "127.0.0.1:0", "--json"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  // A script that is told to end ends what it started.
  process.on("SIGTERM", () => {
    sandbox.kill();
    process.exit(143);
  });
  let app;
  try {
    const [line] = await once(readline.createInterface({ input: sandbox.stdout }), "line");
    const account = JSON.parse(line).plivo;
    lead(account.base_url);
    app = await program(account.auth_token);
    const client = new plivo.Client(account.auth_id, account.auth_token, { timeout: PATIENCE_MS });
    const ours = account.from_number.replace("+", "");
    await rest(client, ours, app);
    await Promise.all([calls(client, ours, app), live(client, ours, app)]);
    const unsigned = app.seen.filter((seen) => !seen.signed.every(Boolean));
    check(`the package accepts all ${app.seen.length} requests by all their signatures`, unsigned.length === 0, unsigned.slice(0, 2));
    validators(signer);
  } finally {
    app?.close();
    sandbox.kill();
    await once(sandbox, "exit");
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
