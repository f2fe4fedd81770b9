"use strict";
// Our signatures against the carrier's own Node package, both ways, over thousands of made-up webhooks; see validators.py.

const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const twilio = require("twilio");

const WEBHOOKS = 3_000;
const LETTERS = [..."abcXYZ019_-.~ +&=%#?/\\'\"<>;,:@$!*()[]{}|^`\t\r\nöß漢字🎉"];
const NAMES = [..."abcXYZ019_-. "];

function check(name, holds, shown) {
  console.log((holds ? "ok      " : "FAILED  ") + name);
  if (!holds) throw new Error(`${name}: ${JSON.stringify(shown)}`);
}

/** Returns a die that falls the same way on every machine: a linear congruence, as of Numerical Recipes. */
function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const roll = dice(20_261_126);
const text = (letters, most) => Array.from({ length: roll(most + 1) }, () => letters[roll(letters.length)]).join("");

function webhook() {
  const secret = text([..."0123456789abcdef"], 32) || "0";
  const query = new URLSearchParams(Array.from({ length: roll(3) }, () => [text(NAMES, 8), text(LETTERS, 8)])).toString();
  let url = `https://pm.example.com/${encodeURIComponent(text(LETTERS, 12))}` + (query ? `?${query}` : "");
  if (roll(5) === 0) {
    const body = JSON.stringify({ [text(NAMES, 6)]: text(LETTERS, 40) });
    url += `${query ? "&" : "?"}bodySHA256=${createHash("sha256").update(body).digest("hex")}`;
    return { secret, url, content_type: "application/json", body, parameters: {} };
  }
  const parameters = {};
  for (let left = roll(12); left > 0; left -= 1) {
    const name = text(NAMES, 10) || "n";
    parameters[name] = [...(parameters[name] ?? []), text(LETTERS, 30)];
  }
  const pairs = Object.entries(parameters).flatMap(([name, values]) => values.map((value) => [name, value]));
  return { secret, url, content_type: "application/x-www-form-urlencoded", body: new URLSearchParams(pairs).toString(), parameters };
}

const webhooks = Array.from({ length: WEBHOOKS }, webhook);
const signed = webhooks.map((asked) => ({ ...asked, signature: twilio.getExpectedTwilioSignature(asked.secret, asked.url, asked.parameters) }));
const input = signed.map(({ parameters, ...question }) => JSON.stringify(question)).join("\n") + "\n";
const ran = spawnSync(process.argv[4], { input, maxBuffer: 1 << 28 });
const answers = ran.stdout.toString().trim().split("\n").map((line) => JSON.parse(line));
check(`${WEBHOOKS} webhooks are answered`, answers.length === WEBHOOKS, answers.length);
const wrong = (holds) => signed.filter((asked, index) => !holds(asked, answers[index])).slice(0, 2);
const differ = wrong((asked, answer) => asked.signature === answer.signature);
check("we sign as the package signs", differ.length === 0, differ);
const refused = wrong((asked, answer) => answer.accepted);
check("we accept what the package signs", refused.length === 0, refused);
const isValid = ({ secret, url, content_type, body, parameters }, signature) =>
  content_type === "application/json"
    ? twilio.validateRequestWithBody(secret, signature, url, body)
    : twilio.validateRequest(secret, signature, url, parameters);
const invalid = wrong((asked, answer) => isValid(asked, answer.signature));
check("the package accepts what we sign", invalid.length === 0, invalid);
const taken = wrong((asked, answer) => !isValid({ ...asked, url: `${asked.url}x` }, answer.signature) && !isValid({ ...asked, secret: `${asked.secret}0` }, answer.signature));
check("and nothing else by that signature", taken.length === 0, taken);
