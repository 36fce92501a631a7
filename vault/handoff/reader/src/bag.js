// What stands in a bundle, and whether all of it is as it was signed. The same check for both pages.

import { sha256 } from "@noble/hashes/sha2.js";
import { ArchiveReader, MAX_MEMBERS } from "./archive.js";
import { breathe, compare, decode, encode, equal, hex, join } from "./bytes.js";
import { isReceipt, readManifest } from "./manifest.js";
import { Places } from "./names.js";
import { allowedSigners, fingerprint, sixWords, verify } from "./signature.js";
import { Trouble } from "./trouble.js";

const MANIFEST = "casevault/manifest.json";
const SIGNATURE = "casevault/manifest.json.sig";
const SIGNERS = "casevault/allowed_signers";
const RECEIPT = "casevault/receipt.json";
const NEEDED = new Set([MANIFEST, SIGNATURE, SIGNERS, RECEIPT]);
const MAX_MANIFEST_BYTES = 16 << 20;
const PIECE = 64 << 10;
const BREATH = 4 << 20;

/** Hears of each file: measures it, and keeps the contents of those that are asked for. */
class Roll {
  seen = new Map();
  contents = new Map();
  faults = [];
  #places = new Places();
  #keeps;
  #name = "";
  #length = 0;
  #digest = null;
  #kept = null;

  constructor(keeps) {
    this.#keeps = keeps;
  }

  begin(name) {
    const fault = this.seen.has(name) ? "twice" : this.#places.faultOf(name);
    if (fault) this.faults.push({ path: name, what: fault });
    this.#name = name;
    this.#length = 0;
    this.#digest = sha256.create();
    this.#kept = (this.#keeps || NEEDED.has(name)) && !this.seen.has(name) ? [] : null;
  }

  piece(data) {
    this.#length += data.length;
    this.#digest.update(data);
    if (NEEDED.has(this.#name) && this.#length > MAX_MANIFEST_BYTES) throw new Trouble("large");
    this.#kept?.push(data);
  }

  end() {
    if (this.seen.has(this.#name)) return;
    this.seen.set(this.#name, { length: this.#length, sha256: hex(this.#digest.digest()) });
    if (this.#kept) this.contents.set(this.#name, this.#kept);
  }
}

/** Check an archive that comes in pieces; `keeps` asks for the contents of all files. */
export async function examineArchive(pieces, keeps) {
  const roll = new Roll(keeps);
  const reader = new ArchiveReader(roll);
  let since = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PIECE) reader.feed(piece.subarray(at, at + PIECE));
    since += piece.length;
    if (since > BREATH) {
      since = 0;
      await breathe();
    }
  }
  reader.finish();
  roll.faults.push(...reader.faults);
  return judge(roll);
}

/** Check an unpacked folder: `files` maps each path to something that gives its contents in pieces. */
export async function examineFolder(files) {
  if (files.size > MAX_MEMBERS) throw new Trouble("members");
  const roll = new Roll(false);
  for (const path of [...files.keys()].sort((one, other) => compare(encode(one), encode(other)))) {
    roll.begin(path);
    for await (const piece of files.get(path)()) roll.piece(piece);
    roll.end();
    await 0;
  }
  return judge(roll);
}

function judge(roll) {
  const { faults, seen, contents } = roll;
  for (const name of [MANIFEST, SIGNATURE]) {
    if (!seen.has(name)) throw new Trouble("not-as-signed", [...faults, { path: name, what: "missing" }]);
  }
  const data = join(contents.get(MANIFEST));
  let key, manifest;
  try {
    key = verify(decode(join(contents.get(SIGNATURE))) ?? "", data);
    manifest = readManifest(data);
  } catch (trouble) {
    const path = trouble.kind === "signature-form" ? SIGNATURE : MANIFEST;
    throw new Trouble("not-as-signed", [...faults, { path, what: trouble.kind }]);
  }
  for (const fault of differences(manifest.files, seen)) faults.push(fault);
  if (!manifest.files.has(RECEIPT)) faults.push({ path: RECEIPT, what: "missing" });
  if (!faults.length && !equal(join(contents.get(SIGNERS) ?? []), allowedSigners(key))) {
    faults.push({ path: SIGNERS, what: "signers" });
  }
  if (!faults.length && !isReceipt(join(contents.get(RECEIPT)))) faults.push({ path: RECEIPT, what: "manifest-form" });
  if (faults.length) throw new Trouble("not-as-signed", faults);
  return { manifest, seen, contents, words: sixWords(key), fingerprint: fingerprint(key) };
}

function differences(signed, seen) {
  const faults = [];
  const isOwn = (name) => name === MANIFEST || name === SIGNATURE;
  const missing = new Map([...signed].filter(([name]) => isOwn(name) || !seen.has(name)));
  const content = ({ length, sha256 }) => `${length} ${sha256}`;
  const alike = new Map();
  for (const [name, one] of [...missing].reverse()) {
    if (!alike.has(content(one))) alike.set(content(one), []);
    alike.get(content(one)).push(name);
  }
  for (const [name, measured] of seen) {
    if (isOwn(name)) continue;
    const was = signed.get(name);
    if (was && content(was) !== content(measured)) faults.push({ path: name, what: "changed" });
    if (was) continue;
    const old = alike.get(content(measured))?.pop();
    if (old !== undefined) missing.delete(old);
    faults.push({ path: name, what: old === undefined ? "extra" : "renamed", was: old });
  }
  return [...faults, ...[...missing.keys()].map((path) => ({ path, what: "missing" }))];
}
