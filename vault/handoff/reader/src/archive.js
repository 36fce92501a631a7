// The archive of a bundle, read as a stream: docs/bundle.md §The archive. The writer's bytes are a function of the
// members, so the reader makes them again and finds every byte that differs.

import { compare, encode, equal, join, pack } from "./bytes.js";
import { Trouble } from "./trouble.js";

export const MAX_MEMBERS = 10_000;
const LOCAL_BYTES = 30;
const LOCAL_MARK = 0x04034b50;
const LIMIT32 = 0xffffffff;
const LIMIT16 = 0xffff;
const UTF8 = 0x0800;
const DAY = 0x21; // 1 January 1980
const UNIX = 3 << 8;
const ATTRIBUTES = 0o100600 * 0x10000;
const STORED = 20;
const ZIP64 = 45;

function local(entry) {
  const large = entry.length >= LIMIT32;
  const size = large ? LIMIT32 : entry.length;
  const extra = large ? pack([2, 1], [2, 16], [8, entry.length], [8, entry.length]) : new Uint8Array(0);
  const fixed = pack(
    [4, LOCAL_MARK], [2, large ? ZIP64 : STORED], [2, UTF8], [2, 0], [2, 0], [2, DAY],
    [4, entry.crc], [4, size], [4, size], [2, entry.raw.length], [2, extra.length],
  );
  return join([fixed, entry.raw, extra]);
}

function central(entry, at) {
  const large = entry.length >= LIMIT32;
  const far = at >= LIMIT32;
  const size = large ? LIMIT32 : entry.length;
  const wide = [...(large ? [[8, entry.length], [8, entry.length]] : []), ...(far ? [[8, at]] : [])];
  const extra = wide.length ? pack([2, 1], [2, 8 * wide.length], ...wide) : new Uint8Array(0);
  const version = wide.length ? ZIP64 : STORED;
  const fixed = pack(
    [4, 0x02014b50], [2, UNIX | version], [2, version], [2, UTF8], [2, 0], [2, 0], [2, DAY],
    [4, entry.crc], [4, size], [4, size], [2, entry.raw.length], [2, extra.length],
    [2, 0], [2, 0], [2, 0], [4, ATTRIBUTES], [4, far ? LIMIT32 : at],
  );
  return join([fixed, entry.raw, extra]);
}

function directory(entries) {
  const rows = [];
  let start = 0;
  for (const entry of entries) {
    rows.push(central(entry, start));
    start += local(entry).length + entry.length;
  }
  const body = join(rows);
  let [count, size, at] = [entries.length, body.length, start];
  let wide = new Uint8Array(0);
  if (count >= LIMIT16 || size >= LIMIT32 || at >= LIMIT32) {
    wide = join([
      pack([4, 0x06064b50], [8, 44], [2, UNIX | ZIP64], [2, ZIP64], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, at]),
      pack([4, 0x07064b50], [4, 0], [8, at + size], [4, 1]),
    ]);
    [count, size, at] = [Math.min(count, LIMIT16), Math.min(size, LIMIT32), LIMIT32];
  }
  const end = pack([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0]);
  return join([body, wide, end]);
}

const CRC = Uint32Array.from({ length: 256 }, (_, one) => {
  for (let bit = 0; bit < 8; bit++) one = one & 1 ? (one >>> 1) ^ 0xedb88320 : one >>> 1;
  return one;
});

function crc32(bytes, before) {
  let crc = ~before;
  for (let at = 0; at < bytes.length; at++) crc = CRC[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Takes an archive in pieces, hands its members to `visitor` (begin, piece, end) and lists what is wrong with it. */
export class ArchiveReader {
  faults = [];
  #visitor;
  #entries = [];
  #held = new Uint8Array(0);
  #member = null;
  #directory = null;
  #lost = false;

  constructor(visitor) {
    this.#visitor = visitor;
  }

  feed(data) {
    while (data.length && !this.#lost) {
      if (this.#member) {
        const piece = data.subarray(0, this.#member.left);
        data = data.subarray(piece.length);
        this.#contents(piece);
      } else if (this.#directory) {
        // One byte more than expected is enough to know that it is not the same.
        this.#held = join([this.#held, data.subarray(0, this.#directory.length + 1 - this.#held.length)]);
        return;
      } else {
        data = this.#between(this.#held.length ? join([this.#held, data]) : data);
      }
    }
  }

  finish() {
    if (this.#lost) return;
    if (!this.#directory) this.faults.push({ path: this.#member?.name ?? "", what: "cut" });
    else if (!equal(this.#held, this.#directory)) this.faults.push({ path: "", what: "directory" });
  }

  #contents(piece) {
    const member = this.#member;
    this.#visitor.piece(piece);
    member.crc = crc32(piece, member.crc);
    member.left -= piece.length;
    if (!member.left) this.#ends();
  }

  #ends() {
    const { name, raw, header, length, crc } = this.#member;
    this.#member = null;
    this.#visitor.end();
    const entry = { raw, length, crc };
    if (!equal(header, local(entry))) this.faults.push({ path: name, what: "header" });
    this.#entries.push(entry);
  }

  #between(data) {
    this.#held = new Uint8Array(0);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (data.length >= 4 && view.getUint32(0, true) !== LOCAL_MARK) {
      this.#directory = directory(this.#entries);
      return data;
    }
    if (data.length >= LOCAL_BYTES) {
      const size = LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
      if (data.length >= size) {
        this.#begins(data.slice(0, size), view);
        return data.subarray(size);
      }
    }
    this.#held = data.slice();
    return new Uint8Array(0);
  }

  #begins(header, view) {
    if (this.#entries.length >= MAX_MEMBERS) throw new Trouble("members");
    const raw = header.subarray(LOCAL_BYTES, LOCAL_BYTES + view.getUint16(26, true));
    const name = new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw);
    const before = this.#entries.at(-1);
    if (before && compare(encode(name), before.raw) < 0) this.faults.push({ path: name, what: "order" });
    if (view.getUint16(8, true)) this.faults.push({ path: name, what: "compressed" });
    if (view.getUint16(6, true) & 9) {
      // Encrypted, or its size only told after it: where it ends cannot be known.
      this.faults.push({ path: name, what: "length" });
      this.#lost = true;
      return;
    }
    let length = view.getUint32(18, true);
    const extra = new DataView(header.buffer, LOCAL_BYTES + raw.length);
    if (length === LIMIT32 && extra.byteLength >= 20 && extra.getUint32(0, true) === 0x00100001) {
      length = Number(extra.getBigUint64(12, true));
    }
    this.#member = { name, raw: encode(name), header, length, left: length, crc: 0 };
    this.#visitor.begin(name);
    if (!length) this.#ends();
  }
}
