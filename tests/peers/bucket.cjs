"use strict";
// A bucket that others made: a call's recording goes there sealed, comes back whole, and ends with its callee. One printed line a check;
// the first that fails ends the script. s3rver knows one key and does not calculate signatures of version 4; those are checked by the
// fake of the program's own tests.

const { execFile } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { promisify } = require("node:util");
const S3rver = require("s3rver");

const SHOP = "+12125550123";
const BUCKET = "my-calls";
// The only key that this server knows.
const KEY = "S3RVER";
// Longer than anything here takes on a busy machine. It only ends a script that hangs.
const PATIENCE_MS = 90_000;

function check(name, holds, shown) {
  console.log((holds ? "ok      " : "FAILED  ") + name);
  if (!holds) throw new Error(`${name}: ${JSON.stringify(shown)}`);
}

/** Returns the objects of the bucket, by name. */
function objects(shelf) {
  const names = fs.readdirSync(shelf, { recursive: true }).map(String).filter((name) => name.endsWith("._S3rver_object"));
  return Object.fromEntries(names.map((name) => [name.replace(/\._S3rver_object$/, ""), fs.readFileSync(path.join(shelf, name))]));
}

async function main() {
  const [binary, folder] = process.argv.slice(2);
  const [shelves, data] = [path.join(folder, "shelves"), path.join(folder, "data")];
  const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory: shelves, configureBuckets: [{ name: BUCKET }] });
  const { port } = await server.run();
  const settings = {
    data_dir: data,
    "storage.endpoint": `http://127.0.0.1:${port}`,
    "storage.bucket": BUCKET,
    "storage.region": "us-east-1",
    "storage.prefix": "home",
    "storage.access_key_id": KEY,
  };
  const flags = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const puppetmaster = async (...args) => {
    const env = { ...process.env, PERSONAL_ASSISTANT_STORAGE_SECRET_ACCESS_KEY: KEY };
    const options = { cwd: folder, env, timeout: PATIENCE_MS };
    return promisify(execFile)(binary, [...flags, ...args], options).catch((error) => ({ ...error, failed: true }));
  };

  const doctor = await puppetmaster("doctor");
  check("doctor writes, reads and deletes an object there", /^ok +storage: writes, reads and deletes/m.test(doctor.stdout), doctor);
  const wrong = await puppetmaster("--set", "storage.access_key_id=SOMEBODY", "doctor");
  check("with a key that it does not know it says so", /\[storage\.refused\]/.test(wrong.stdout), wrong);

  const called = await puppetmaster("call", SHOP, "Ask what time they close today", "--yes", "--json");
  check("a call is made", !called.failed, called);
  const report = JSON.parse(called.stdout);
  check("nothing of it waits here", !report.storage_is_pending, report);
  const shelf = path.join(shelves, BUCKET);
  const there = objects(shelf);
  const names = Object.keys(there).sort();
  const recording = names.find((name) => name.endsWith(".recording"));
  check("its recording and its trace lie in the bucket", names.length === 2 && recording !== undefined, names);
  check("the recording is ciphertext", !there[recording].includes("RIFF") && !there[recording].includes("WAVE"), recording);
  const sealed = fs.readdirSync(path.join(data, "objects")).filter((name) => name.endsWith(".sealed"));
  check("and is not here any more", sealed.length === 0, sealed);

  const wav = path.join(folder, "call.wav");
  const fetched = await puppetmaster("recording", report.attempt, "--to", wav);
  check("it comes back", !fetched.failed && fs.readFileSync(wav).subarray(0, 4).toString() === "RIFF", fetched);
  const seconds = (fs.statSync(wav).size - 44) / 16_000 / 2;
  check("and is as long as the call", seconds > 5, seconds);

  const changed = Buffer.from(there[recording]);
  changed[changed.length - 1] ^= 1;
  const file = path.join(shelf, `${recording}._S3rver_object`);
  fs.writeFileSync(file, changed);
  fs.writeFileSync(path.join(shelf, `${recording}._S3rver_object.md5`), createHash("md5").update(changed).digest("hex"));
  const altered = await puppetmaster("recording", report.attempt, "--to", path.join(folder, "altered.wav"));
  check("what was changed there is noticed", altered.failed, altered);
  fs.writeFileSync(file, there[recording]);

  const erased = await puppetmaster("data", "erase", "--number", SHOP, "--yes");
  check("who is erased is erased", !erased.failed, erased);
  check("there as well", Object.keys(objects(shelf)).length === 0, Object.keys(objects(shelf)));
  await server.close();
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
