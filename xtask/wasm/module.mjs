// Reading and writing WebAssembly modules, as far as splitting them needs: sections, and the instructions of a body.

/** Section numbers. */
export const TYPE = 1, IMPORT = 2, FUNCTION = 3, TABLE = 4, MEMORY = 5, GLOBAL = 6, EXPORT = 7, START = 8, ELEMENT = 9, CODE = 10, DATA = 11, DATA_COUNT = 12;
/** Kinds of imports and exports. */
export const FUNC = 0, TABLE_KIND = 1, MEMORY_KIND = 2, GLOBAL_KIND = 3;

/** Reads from bytes, from a place on. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
  /** An unsigned number in LEB128; for signed ones only the length matters here. */
  number() {
    let result = 0, factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      result += (byte & 127) * factor;
      if (byte < 128) return result;
      factor *= 128;
    }
  }
  /** A signed number of 32 bits in LEB128. */
  signed() {
    let result = 0, shift = 0;
    for (;;) {
      const byte = this.bytes[this.at++];
      result |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) return shift < 32 && byte & 64 ? result | (-1 << shift) : result;
    }
  }
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  text() {
    return new TextDecoder().decode(this.take(this.number()));
  }
}

/** An unsigned number in LEB128. */
export function leb(number) {
  const bytes = [];
  do {
    const low = number % 128;
    number = Math.floor(number / 128);
    bytes.push(number > 0 ? low | 128 : low);
  } while (number > 0);
  return bytes;
}

/** A signed number in LEB128 (32 bits). */
export function sleb(number) {
  const bytes = [];
  for (;;) {
    const low = number & 127;
    number >>= 7;
    if ((number === 0 && !(low & 64)) || (number === -1 && low & 64)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const text = (string) => {
  const bytes = new TextEncoder().encode(string);
  return [...leb(bytes.length), ...bytes];
};

/** Joins arrays of numbers and byte arrays. */
export function bytes(...parts) {
  const arrays = parts.map((part) => (part instanceof Uint8Array ? part : Uint8Array.from(part)));
  const all = new Uint8Array(arrays.reduce((sum, one) => sum + one.length, 0));
  arrays.reduce((at, one) => (all.set(one, at), at + one.length), 0);
  return all;
}

/** A vector: its length, then its items. */
export const vector = (items) => bytes(leb(items.length), ...items);

/** A module, taken apart as far as needed. */
export class Module {
  constructor(source) {
    this.sections = new Map(); // number → its bytes
    this.custom = []; // [name, bytes]
    const reader = new Reader(source, 8);
    while (reader.at < source.length) {
      const id = reader.byte();
      const body = reader.take(reader.number());
      if (id !== 0) this.sections.set(id, body);
      else {
        const inner = new Reader(body);
        this.custom.push([inner.text(), body.subarray(inner.at)]);
      }
    }
    this.imports = this.#imports();
    this.importedFunctions = this.imports.filter((one) => one.kind === FUNC);
    this.types = this.#vector(TYPE, readType);
    this.functionTypes = [...this.importedFunctions.map((one) => one.type), ...this.#vector(FUNCTION, (r) => r.number())];
    this.bodies = this.#vector(CODE, (r) => r.take(r.number()));
    this.exports = this.#vector(EXPORT, (r) => ({ name: r.text(), kind: r.byte(), index: r.number() }));
  }

  /** How many functions are imported: the index of the first body. */
  get firstBody() {
    return this.importedFunctions.length;
  }

  #vector(section, read) {
    const body = this.sections.get(section);
    if (!body) return [];
    const reader = new Reader(body);
    return Array.from({ length: reader.number() }, () => read(reader));
  }

  #imports() {
    return this.#vector(IMPORT, (r) => {
      const [from, name, kind] = [r.text(), r.text(), r.byte()];
      const start = r.at;
      const type = kind === FUNC ? r.number() : (skipType(r, kind), null);
      return { from, name, kind, type, description: r.bytes.subarray(start, r.at) };
    });
  }

  /** The limits of a table or memory section's entries: [{before, minimum, maximum}], `before` what stands in front of them. */
  limits(section) {
    return this.#vector(section, (r) => {
      const start = r.at;
      if (section === TABLE) r.byte();
      const before = r.bytes.subarray(start, r.at);
      return { before, ...readLimits(r) };
    });
  }

  /** Types of the globals of its own: [[value type, mutable]]. */
  globals() {
    return this.#vector(GLOBAL, (r) => {
      const type = [r.byte(), r.byte()];
      for (const at of instructions(r)) if (at.end) break;
      return type;
    });
  }

  /** Names of functions, from the custom section `name`: index → name. */
  names() {
    const names = new Map();
    const section = this.custom.find(([name]) => name === "name")?.[1];
    if (!section) return names;
    const reader = new Reader(section);
    while (reader.at < section.length) {
      const id = reader.byte();
      const end = reader.number() + reader.at;
      if (id === 1) for (let count = reader.number(); count > 0; count--) names.set(reader.number(), reader.text());
      reader.at = end;
    }
    return names;
  }

  /** Its bytes again, with some sections replaced. */
  write() {
    const order = [TYPE, IMPORT, FUNCTION, TABLE, MEMORY, GLOBAL, EXPORT, START, ELEMENT, DATA_COUNT, CODE, DATA];
    const parts = [Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])];
    for (const id of order.filter((one) => this.sections.has(one))) {
      const body = this.sections.get(id);
      parts.push([id, ...leb(body.length)], body);
    }
    for (const [name, body] of this.custom) parts.push([0, ...leb(text(name).length + body.length), ...text(name)], body);
    return bytes(...parts);
  }

  /** Replaces the bodies. */
  setBodies(bodies) {
    this.sections.set(CODE, vector(bodies.map((body) => bytes(leb(body.length), body))));
  }
}

function readType(r) {
  const start = r.at;
  if (r.byte() !== 0x60) throw new Error("only function types are understood");
  const list = () => Array.from({ length: r.number() }, () => r.byte());
  const [parameters, results] = [list(), list()];
  return { parameters, results, bytes: r.bytes.subarray(start, r.at) };
}

function readLimits(r) {
  const flags = r.byte();
  const minimum = r.number();
  return { flags, minimum, maximum: flags & 1 ? r.number() : null };
}

function skipType(r, kind) {
  if (kind === TABLE_KIND) r.byte();
  if (kind === GLOBAL_KIND) r.take(2);
  else readLimits(r);
}

export const limitsBytes = ({ flags, minimum, maximum }) => [flags, ...leb(minimum), ...(maximum === null ? [] : leb(maximum))];
export const exportEntry = (name, kind, index) => bytes(text(name), [kind], leb(index));
export const importEntry = (from, name, kind, description) => bytes(text(from), text(name), [kind], description);

/**
 * Walks the instructions of an expression from where the reader stands. Yields `{op, at, from, to, index, end}`: the opcode, where
 * it begins, and for `call`, `ref.func`, `global.get/set` and the rest of those that name something, the immediate's place and
 * value; `address` is the number of an i32.const and the offset of a load or store; `end` is true at the expression's own end.
 */
export function* instructions(r) {
  let depth = 0;
  for (;;) {
    const at = r.at;
    const op = r.byte();
    let from = r.at, index = null, address = null, end = false;
    if (op === 0x02 || op === 0x03 || op === 0x04) { // block, loop, if
      depth += 1;
      r.number();
    } else if (op === 0x0b) {
      end = depth === 0;
      depth -= 1;
    } else if (op === 0x0c || op === 0x0d) r.number(); // br, br_if
    else if (op === 0x0e) for (let count = r.number(); count >= 0; count--) r.number(); // br_table
    else if (op === 0x10 || op === 0xd2 || op === 0x23 || op === 0x24) { // call, ref.func, global.get, global.set
      from = r.at;
      index = r.number();
    } else if (op === 0x11) { // call_indirect: type, table
      from = r.at;
      index = r.number();
      r.number();
    } else if (op === 0x1c) r.take(r.number()); // select with types
    else if (op >= 0x20 && op <= 0x26) r.number(); // local.*, table.get, table.set
    else if (op >= 0x28 && op <= 0x3e) { // loads and stores
      r.number();
      address = r.number();
    } else if (op === 0x41) address = r.signed(); // i32.const
    else if (op === 0x3f || op === 0x40 || op === 0x42) r.number(); // memory.size, memory.grow, i64.const
    else if (op === 0x43) r.take(4);
    else if (op === 0x44) r.take(8);
    else if (op === 0xd0) r.byte(); // ref.null
    else if (op === 0xfc) {
      const sub = r.number();
      const immediates = sub <= 7 ? 0 : [2, 1, 2, 1, 2, 1, 2, 1, 1, 1][sub - 8]; // memory.init … table.fill
      if (immediates === undefined) throw new Error(`instruction 0xfc ${sub} is not understood`);
      for (let count = 0; count < immediates; count++) r.number();
    } else if (!(op <= 0x01 || op === 0x05 || op === 0x0f || op === 0x1a || op === 0x1b || (op >= 0x45 && op <= 0xc4) || op === 0xd1)) {
      throw new Error(`instruction 0x${op.toString(16)} at ${at} is not understood`);
    }
    yield { op, at, from, to: r.at, index, address, end };
    if (end) return;
  }
}

/** Where the instructions of a body begin: after its locals. */
export function code(body) {
  const reader = new Reader(body);
  for (let count = reader.number(); count > 0; count--) {
    reader.number();
    reader.byte();
  }
  return reader;
}
