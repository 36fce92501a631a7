// Bytes as numbers, text and hex. Nothing here trusts what it is given.

export const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

export const encode = (text) => new TextEncoder().encode(text);

/** Give the text, or null where the bytes are no UTF-8. */
export function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function join(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export const equal = (one, other) => compare(one, other) === 0;

/** Order by bytes, as the members of a bundle are sorted. */
export function compare(one, other) {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    if (one[at] !== other[at]) return one[at] - other[at];
  }
  return one.length - other.length;
}

/** Write numbers with the low byte first: pack([4, 7], [2, 1]) gives six bytes. */
export function pack(...fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return bytes;
}

/** Decode base64 in its one form, or give null. */
export function unbase64(text) {
  if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  if (Uint8Array.fromBase64) {
    try {
      return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    } catch {
      return null;
    }
  }
  const pieces = [];
  const step = 1 << 20;
  for (let at = 0; at < text.length; at += step) {
    const binary = atob(text.slice(at, at + step));
    const piece = new Uint8Array(binary.length);
    for (let place = 0; place < binary.length; place++) piece[place] = binary.charCodeAt(place);
    pieces.push(piece);
  }
  const tail = text.slice(-4);
  return btoa(atob(tail)) === tail ? join(pieces) : null;
}

export const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** Let the page paint and answer before work that blocks it. */
export const breathe = () =>
  new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done, 0));
    setTimeout(done, 200); // a tab in the background paints nothing
  });
