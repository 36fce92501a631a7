// The age file in the page: docs/bundle.md §The seal. Wrong passphrase, damage and a missing end are told apart.

import { Decrypter } from "age-encryption";
import { Trouble } from "./trouble.js";

const MAX_LOG_N = 20;
const CHUNK = 64 << 10;
export const HEAD_BYTES = 600;
const MAGIC = "age-encryption.org/v1\n";
const STANZA = /^-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]?)\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n/;

/** Look at the head: how much work it asks for; throws where it is not an age file with a passphrase. */
function readHead(sealed) {
  const head = new TextDecoder("latin1").decode(sealed.subarray(0, HEAD_BYTES));
  if (!head.startsWith(MAGIC)) throw new Trouble(MAGIC.startsWith(head) ? "cut" : "not-age");
  const stanza = STANZA.exec(head.slice(MAGIC.length));
  if (!stanza) throw new Trouble(/^(?:-> scrypt |-?>?$)/.test(head.slice(MAGIC.length)) ? "damaged" : "not-passphrase");
  if (Number(stanza[1]) > MAX_LOG_N) throw new Trouble("work");
}

function slices(bytes) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + CHUNK));
      at += CHUNK;
    },
  });
}

/**
 * Derive from the passphrase the key of a file; `head` is its beginning, HEAD_BYTES or all of it. This blocks the page
 * and takes 256 MiB for a moment, so the rest of the file had better not be in memory twice meanwhile.
 */
export async function unlock(head, passphrase) {
  readHead(head);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decryptHeader(head);
  } catch (error) {
    throw new Trouble(/no identity matched/.test(error.message) ? "passphrase" : "damaged");
  }
}

/**
 * Give the plaintext in pieces. What came before an error is to be thrown away.
 * `whole` says that the file is known to have its end, so that an end that does not open is damage.
 */
export async function* unseal(sealed, key, whole) {
  const decrypter = new Decrypter();
  decrypter.addIdentity({ unwrapFileKey: () => key });
  let read = 0;
  let reader;
  for (;;) {
    let step;
    try {
      reader ??= (await decrypter.decrypt(slices(sealed))).getReader();
      step = await reader.read();
    } catch {
      // Each piece but the last is full: where all of them opened, it is the end that is wrong.
      const left = sealed.length - read - 16 * (read / CHUNK);
      throw new Trouble(!whole && left <= CHUNK + 16 + HEAD_BYTES ? "end" : "damaged");
    }
    if (step.done) return;
    read += step.value.length;
    yield step.value;
  }
}

/** Read six words as they are spoken or copied: spaces, other dashes and capitals are taken for what was meant. */
export function tidy(passphrase) {
  const words = passphrase
    .normalize("NFKC")
    .trim()
    .toLowerCase()
    .replace(/[\s\u00ad\u2010-\u2015\u2212-]+/gu, "-");
  return /^[a-z]+(?:-[a-z]+){5,8}$/.test(words) ? words : passphrase;
}
