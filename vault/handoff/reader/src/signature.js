// SSHSIG with Ed25519 and SHA-512, in the one form of docs/bundle.md §The signature.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import LIST from "../../../words/eff_large_wordlist.txt";
import { base64, encode, join, unbase64 } from "./bytes.js";
import { Trouble } from "./trouble.js";

const BEGIN = "-----BEGIN SSH SIGNATURE-----\n";
const END = "\n-----END SSH SIGNATURE-----";
const NAMESPACE = encode("casevault-manifest");
const TYPE = encode("ssh-ed25519");
const HASH = encode("sha512");
const MAGIC = encode("SSHSIG");
const NONE = new Uint8Array(0);

const number = (value) => Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const strings = (...parts) => join(parts.flatMap((part) => [number(part.length), part]));
const wire = (key) => strings(TYPE, key);

const armour = (key, signature) =>
  BEGIN +
  base64(join([MAGIC, number(1), strings(wire(key), NAMESPACE, NONE, HASH, strings(TYPE, signature))])) +
  END;

/** Give the public key under which the signature holds for the message, or throw. */
export function verify(text, message) {
  const blob = unbase64(text.slice(BEGIN.length, -END.length)) ?? NONE;
  // Everything but key and signature has one value and one place, so both can be cut out and the whole rebuilt.
  const at = MAGIC.length + 4 + 4 + 4 + TYPE.length + 4;
  const key = blob.slice(at, at + 32);
  const signature = blob.slice(-64);
  if (blob.length < at + 96 || armour(key, signature) !== text) throw new Trouble("signature-form");
  const signed = join([MAGIC, strings(NAMESPACE, NONE, HASH, sha512(message))]);
  if (isLowOrder(key)) throw new Trouble("signature-low");
  let holds = false;
  try {
    // zip215: false asks for the one form of key and signature, and for an S below the order of the group.
    holds = ed25519.verify(signature, signed, key, { zip215: false });
  } catch {
    holds = false;
  }
  if (!holds) throw new Trouble("signature-bad");
  return key;
}

function isLowOrder(key) {
  try {
    return ed25519.Point.fromBytes(key, true).isSmallOrder();
  } catch {
    return false; // no point of the curve: the check of the signature refuses it
  }
}

export const allowedSigners = (key) =>
  encode(`signer namespaces="casevault-manifest" ssh-ed25519 ${base64(wire(key))}\n`);

/** Name a public key as `ssh-keygen` prints it. */
export const fingerprint = (key) => "SHA256:" + base64(sha256(wire(key))).replaceAll("=", "");

/** Name it as six words, to be compared by voice: docs/format.md §Fingerprint. */
export function sixWords(key) {
  const list = LIST.trim().split(/\s+/);
  const size = BigInt(list.length);
  let rest = sha256(key)
    .slice(0, 10)
    .reduce((sum, one) => sum * 256n + BigInt(one), 0n);
  const words = [];
  for (let place = 0; place < 6; place++) {
    words.unshift(list[Number(rest % size)]);
    rest /= size;
  }
  return words.join(" ");
}
