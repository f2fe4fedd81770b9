"use strict";
// The carrier's own Node package against the REST API: calls, lists, recordings, messages, numbers, conferences,
// queues, keys, refusals, test credentials. One printed line a check; the first that fails ends the script.

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const readline = require("node:readline");
const twilio = require("twilio");

const SHOP = "+12125550123";
const SILENT_LINE = "+12125550121";
const BUSY = "+12125550110";
const STAY = "<Response><Pause length='60'/></Response>";
// Longer than anything here takes on a busy machine. It only ends a script that hangs.
const PATIENCE_MS = 90_000;

function check(name, holds, shown) {
  console.log((holds ? "ok      " : "FAILED  ") + name);
  if (!holds) throw new Error(`${name}: ${JSON.stringify(shown)}`);
}

/** Returns HTTP status and code of what the API refuses as text, "" if it does not. */
async function refused(act) {
  try {
    await act();
  } catch (error) {
    if (error instanceof twilio.RestException) return `${error.status} ${error.code}`;
    throw error;
  }
  return "";
}

/** Looks until what is seen is as wanted; each look is a round trip. */
async function until(look, done) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (done(seen)) return seen;
    if (Date.now() > end) throw new Error("something never came to be as wanted");
  }
}

async function calls(client, ours) {
  const created = await client.calls.create({ to: SILENT_LINE, from: ours, twiml: STAY, statusCallbackEvent: ["initiated", "completed"], timeout: 30 });
  check("a create is answered with a queued call", /^CA[0-9a-f]{32}$/.test(created.sid) && created.status === "queued", created.status);
  check("it has no price and no dates yet", created.price === null && created.endTime === null && created.queueTime === "0");
  const live = await until(() => client.calls(created.sid).fetch(), (call) => !["queued", "ringing"].includes(call.status));
  check("a fetch shows it in progress", live.status === "in-progress" && live.startTime instanceof Date, live.status);
  const other = await client.calls(created.sid).update({ twiml: "<Response><Pause length='30'/></Response>" });
  check("a live call takes another document", other.status === "in-progress", other.status);
  check("it cannot be cancelled", (await refused(() => client.calls(created.sid).update({ status: "canceled" }))) === "400 21220");
  await client.calls(created.sid).update({ status: "completed" });
  const ended = await until(() => client.calls(created.sid).fetch(), (call) => call.status === "completed");
  check("an update ends it", ended.endTime >= ended.startTime && Number(ended.duration) >= 0, ended.duration);

  const second = await client.calls.create({ to: BUSY, from: ours, twiml: STAY });
  const sids = (list) => list.map((call) => call.sid).join();
  check("a list shows the newest first", sids(await client.calls.list()) === [second.sid, created.sid].join());
  check("pages follow each other", sids(await client.calls.list({ pageSize: 1, limit: 9 })) === [second.sid, created.sid].join());
  check("a list filters by number", sids(await client.calls.list({ to: SILENT_LINE })) === created.sid);
  check("a list filters by state", sids(await client.calls.list({ status: "completed" })) === created.sid);
  check("a list filters by time", sids(await client.calls.list({ startTimeAfter: new Date(live.startTime.getTime() + 86_400_000) })) === "");
  check("an ended call can be deleted", await client.calls(created.sid).remove());
  check("and is gone", (await refused(() => client.calls(created.sid).fetch())) === "404 20404");
}

async function recordings(client, ours, base, sid, token) {
  const twiml = "<Response><Pause length='3'/></Response>";
  const call = await client.calls.create({ to: SHOP, from: ours, twiml, record: true, recordingChannels: "dual" });
  await until(() => client.calls(call.sid).fetch(), (call) => call.status === "completed");
  const [recording] = await client.recordings.list({ callSid: call.sid });
  check("a recorded call lists its recording", recording.status === "completed" && recording.channels === 2, recording);
  const headers = { authorization: "Basic " + Buffer.from(`${sid}:${token}`).toString("base64") };
  const reply = await fetch(`${recording.mediaUrl}.wav`, { headers });
  const wav = Buffer.from(await reply.arrayBuffer());
  check("its sound is a WAV of 8 kHz with two channels",
    wav.toString("latin1", 0, 4) === "RIFF" && wav.readUInt16LE(22) === 2 && wav.readUInt32LE(24) === 8000, wav.subarray(0, 44));
  let [left, right] = [0, 0];
  for (let at = 44; at + 4 <= wav.length; at += 4) {
    left = Math.max(left, Math.abs(wav.readInt16LE(at)));
    right = Math.max(right, Math.abs(wav.readInt16LE(at + 2)));
  }
  check("the callee is on the left and nobody on the right", left > 2000 && right < 200, [left, right]);
  const mp3 = await fetch(`${recording.mediaUrl}.mp3`, { headers });
  const frame = Buffer.from(await mp3.arrayBuffer());
  check("as MP3 it begins with a frame of layer III", mp3.status === 200 && frame[0] === 0xff && (frame[1] & 0xe6) === 0xe2, frame.subarray(0, 4));
  check("a recording can be deleted", await client.recordings(recording.sid).remove());
  check("and is in no list", (await client.calls(call.sid).recordings.list()).length === 0);
  check("nor anywhere else", (await fetch(`${recording.mediaUrl}.wav`, { headers })).status === 404);
  check("all is at one origin", recording.mediaUrl.startsWith(base), recording.mediaUrl);
}

async function others(client, ours) {
  const sent = await client.messages.create({ to: SHOP, from: ours, body: "héllo & bye" });
  const done = await until(() => client.messages(sent.sid).fetch(), (message) => message.status === "delivered");
  check("a message is delivered as it was written", done.body === "héllo & bye" && done.dateSent instanceof Date, done.body);
  const numbers = await client.incomingPhoneNumbers.list();
  check("the account has two numbers", numbers.length === 2 && numbers[0].phoneNumber === ours, numbers.length);
  const changed = await client.incomingPhoneNumbers(numbers[1].sid).update({ voiceUrl: "https://e.example/v" });
  check("a number can be set up", changed.voiceUrl === "https://e.example/v", changed.voiceUrl);
  check("something is left on the account", Number((await client.balance.fetch()).balance) > 0);
  const price = await client.pricing.v2.voice.numbers(SHOP).fetch();
  check("a call has a price", price.outboundCallPrices[0].currentPrice === "0.014", price.outboundCallPrices);
  const permission = await client.voice.v1.dialingPermissions.countries("US").fetch();
  check("calls within the country are permitted", permission.lowRiskNumbersEnabled === true);
  const usage = await client.usage.records.list({ category: "sms" });
  check("usage counts the message", usage.length === 1 && usage[0].count === "1", usage.map((record) => record.count));
}

async function rooms(client, ours) {
  const ended = (call) => until(() => client.calls(call).fetch(), (call) => call.status === "completed");
  const room = "<Response><Dial><Conference>desk</Conference></Dial></Response>";
  const first = await client.calls.create({ to: SILENT_LINE, from: ours, twiml: room });
  const [conference] = await until(() => client.conferences.list({ friendlyName: "desk" }), (found) => found.length);
  const parties = client.conferences(conference.sid).participants;
  const added = await parties.create({ from: ours, to: SILENT_LINE, label: "second", earlyMedia: false });
  const both = await until(() => parties.list(), (found) => found.length === 2 && found.every((party) => party.status === "connected"));
  check("a participant is called into a conference", both.some((party) => party.callSid === added.callSid), both.length);
  check("muted", (await parties("second").update({ muted: true })).muted === true);
  check("held", (await parties(first.sid).update({ hold: true })).hold === true);
  check("and listed so", (await parties.list({ muted: true })).map((party) => party.callSid).join() === added.callSid);
  check("and removed", await parties(added.callSid).remove());
  await ended(added.callSid);
  await client.conferences(conference.sid).update({ status: "completed" });
  await ended(first.sid);
  check("a conference is ended", (await client.conferences(conference.sid).fetch()).status === "completed");

  const queue = await client.queues.create({ friendlyName: "support", maxSize: 5 });
  const call = await client.calls.create({ to: SILENT_LINE, from: ours, twiml: "<Response><Enqueue waitUrl=''>support</Enqueue></Response>" });
  const [member] = await until(() => client.queues(queue.sid).members.list(), (found) => found.length);
  check("who waits in a queue is listed", member.callSid === call.sid && member.position === 1, member);
  const out = await client.queues(queue.sid).members("Front").update({ url: "http://127.0.0.1:9/out" });
  check("and sent elsewhere", out.callSid === call.sid);
  await ended(call.sid);
  check("an empty queue is deleted", await client.queues(queue.sid).remove());

  const live = await client.calls.create({ to: SILENT_LINE, from: ours, twiml: STAY });
  await until(() => client.calls(live.sid).fetch(), (call) => call.status === "in-progress");
  const words = await client.calls(live.sid).transcriptions.create({ name: "words", statusCallbackUrl: "http://127.0.0.1:9/words" });
  check("a live transcription is started", words.status === "in-progress", words.status);
  check("and stopped", (await client.calls(live.sid).transcriptions(words.sid).update({ status: "stopped" })).status === "stopped");
  await client.calls(live.sid).update({ status: "completed" });
  await ended(live.sid);
}

async function refusals(client, ours) {
  const create = (to, from, more) => () => client.calls.create({ to, from, twiml: STAY, ...more });
  for (const [name, act, expected] of [
    ["a word in place of a number", create("pizza", ours), "400 21211"],
    ["a premium number", create("+19005551234", ours), "400 21202"],
    ["a number that is not ours", create(SHOP, "+12125550101"), "400 21210"],
    ["keys that no telephone has", create(SHOP, ours, { sendDigits: "hello" }), "400 21206"],
    ["no document", () => client.calls.create({ to: SHOP, from: ours }), "400 21205"],
    ["an unknown call", () => client.calls("CA" + "0".repeat(32)).fetch(), "404 20404"],
  ]) {
    const found = await refused(act);
    check(`refused: ${name}`, found === expected, found);
  }
}

async function main() {
  const [binary, folder] = process.argv.slice(2);
  const sandbox = spawn(binary, ["sandbox", "--listen", "127.0.0.1:0", "--json"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  process.on("SIGTERM", () => { sandbox.kill("SIGTERM"); process.exit(143); });
  try {
    const ended = once(sandbox, "exit").then(() => { throw new Error("the practice network did not start"); });
    const [line] = await Promise.race([once(readline.createInterface({ input: sandbox.stdout }), "line"), ended]);
    ended.catch(() => {});
    const account = JSON.parse(line).twilio;
    const { base_url: base, account_sid: sid, auth_token: token, from_number: ours } = account;
    const at_us = (client) => {
      for (const product of [client.api, client.pricing, client.voice]) product.baseUrl = base;
      return client;
    };
    const client = at_us(twilio(sid, token));
    await calls(client, ours);
    await recordings(client, ours, base, sid, token);
    await others(client, ours);
    await rooms(client, ours);
    await refusals(client, ours);

    check("refused: a wrong token", (await refused(() => at_us(twilio(sid, "wrong")).calls.list())) === "401 20003");
    const key = await client.newKeys.create({ friendlyName: "one program" });
    const keyed = at_us(twilio(key.sid, key.secret, { accountSid: sid }));
    check("a key signs in", (await keyed.incomingPhoneNumbers.list({ limit: 1 })).length === 1);
    check("but does not see the account", (await refused(() => keyed.api.v2010.accounts(sid).fetch())) === "401 20003");

    const test = at_us(twilio(account.test_account_sid, account.test_auth_token));
    const valid = "+15005550006";
    const call = await test.calls.create({ to: valid, from: valid, twiml: "<Response/>" });
    check("test credentials place a call that is none", call.status === "queued", call.status);
    check("they refuse as their page says", (await refused(() => test.calls.create({ to: "+15005550003", from: valid, twiml: STAY }))) === "400 21215");
    check("they may do nothing else", (await refused(() => test.calls(call.sid).fetch())) === "403 20008");
  } finally {
    sandbox.kill("SIGTERM");
    if (sandbox.exitCode === null) await once(sandbox, "exit");
  }
}

main().catch((error) => { console.error(error.message); process.exitCode = 1; });
