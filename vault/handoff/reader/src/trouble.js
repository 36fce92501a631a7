// Why something cannot be opened or is not believed. `kind` is a key of words.js; faults name files, untrusted text.

export class Trouble extends Error {
  constructor(kind, faults = []) {
    super(kind);
    this.kind = kind;
    this.faults = faults;
  }
}
