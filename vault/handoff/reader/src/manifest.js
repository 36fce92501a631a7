// The signed manifest, in its one form: docs/bundle.md §The manifest.

import { compare, decode, encode } from "./bytes.js";
import { MAX_MEMBERS } from "./archive.js";
import { Trouble } from "./trouble.js";

const KEYS = "bundle,delete_by,files,format,onward,policy,purpose,recipients,terms,tool";
const WORD = /^[a-z0-9][a-z0-9-]{0,63}$/;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const LANGUAGE = /^[a-z]{2}$/;
/** Text in one line without characters that nobody sees, and with no white space but the space. */
const SENTENCE = /^(?:[^\p{C}\p{Z}]| ){1,1000}$/u;
const SUM = /^([0-9a-f]{64}) {2}([^"]+)$/su;

/** Write JSON as the program writes it: sorted keys, no spaces. */
function canonical(value) {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Trouble("manifest-form");
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort((one, other) => compare(encode(one), encode(other)));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

const isTree = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const like = (form, text) => typeof text === "string" && form.test(text);

function isRight(tree) {
  return (
    Object.keys(tree).sort().join() === KEYS &&
    tree.format === "casevault-bundle/1" &&
    like(/^[0-9a-f]{32}$/, tree.bundle) &&
    like(WORD, tree.purpose) &&
    Object.keys(tree.policy).sort().join() === "name,sha256" &&
    like(WORD, tree.policy.name) &&
    like(/^[0-9a-f]{64}$/, tree.policy.sha256) &&
    like(/^[ -~]{1,80}$/, tree.tool) &&
    tree.recipients.length > 0 &&
    tree.recipients.every((one) => like(/^(?:passphrase|unsealed|[0-9a-f]{64})$/, one)) &&
    tree.onward.every((one) => like(WORD, one)) &&
    (tree.delete_by === null || like(DAY, tree.delete_by)) &&
    isTree(tree.terms) &&
    Object.entries(tree.terms).every(([code, said]) => like(LANGUAGE, code) && said.every((one) => like(SENTENCE, one)))
  );
}

/** Read a manifest whose signature holds: `{bundle, purpose, policy, recipients, tool, terms, files}`, files by path. */
export function readManifest(data) {
  try {
    const tree = JSON.parse(decode(data));
    const files = new Map();
    let before = null;
    for (const one of tree.files) {
      const [, sha256, path] = SUM.exec(one.sha256sum);
      const raw = encode(path);
      if (Object.keys(one).sort().join() !== "bytes,sha256sum") throw new Trouble("manifest-form");
      if (!Number.isSafeInteger(one.bytes) || one.bytes < 0) throw new Trouble("manifest-form");
      if (before && compare(before, raw) >= 0) throw new Trouble("manifest-form");
      files.set(path, { length: one.bytes, sha256 });
      before = raw;
    }
    if (files.size > MAX_MEMBERS || !isRight(tree) || compare(encode(canonical(tree) + "\n"), data) !== 0) throw new Trouble("manifest-form");
    return { ...tree, policy: tree.policy.name, files };
  } catch {
    throw new Trouble("manifest-form");
  }
}

/** Tell whether a receipt is in its one form, and what it tells of a series too: docs/bundle.md §The receipt. */
export function isReceipt(data) {
  try {
    const tree = JSON.parse(decode(data));
    if (!isTree(tree) || compare(encode(canonical(tree) + "\n"), data) !== 0) return false;
    const { series = null } = tree;
    if (series === null) return true;
    const { id, number } = series;
    return (
      Object.keys(series).sort().join() === "id,number" &&
      like(/^[0-9a-f]{32}$/, id) &&
      Number.isInteger(number) &&
      number >= 1 &&
      number < 2 ** 31
    );
  } catch {
    return false;
  }
}
