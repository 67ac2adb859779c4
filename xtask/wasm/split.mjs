// Splits the page's WebAssembly in two: what runs until the first prompt, and the rest, which the page fetches after it.
//
//     node xtask/wasm/split.mjs DIST        (CHROMIUM names the browser in which the page is watched)
//     node xtask/wasm/split.mjs DIST --whole        (only optimises)
//
// Both halves share memory, table and globals. A function of the rest that the first half names becomes a stub there: it
// makes sure that the rest has come (`podiumRest` of static/rest.js, which fetches it on the spot if need be) and calls it
// through the table. So whatever the profile missed still works; it only comes earlier.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { splitData } from "./data.mjs";
import * as wasm from "./module.mjs";
import { profile } from "./profile.mjs";

const { bytes, leb, sleb, vector } = wasm;
/** What the first half exports for the rest: memory, table, whether the rest has come, globals, functions. */
const NAMES = { memory: "memory", table: "rest_table", come: "rest_come", global: (n) => `g${n.toString(36)}`, func: (n) => `f${n.toString(36)}` };
/** The module from which the rest imports. */
const FIRST = "p";
/** Opcodes. */
const CALL = 0x10, CALL_INDIRECT = 0x11, REF_FUNC = 0xd2, GLOBAL_GET = 0x23, GLOBAL_SET = 0x24, END = 0x0b;
/** Instructions on tables, which must stay where all tables are. */
const onTables = (op) => op === 0x25 || op === 0x26;

/** The two halves of a module, given the numbers of the bodies that the first one keeps. */
export function split(source, ran) {
  const module = new wasm.Module(source);
  const first = module.firstBody;
  const rest = module.importedFunctions.findIndex((one) => one.name.includes("podiumRest"));
  if (rest < 0) throw new Error("the module does not import podiumRest");
  const parsed = module.bodies.map(references);
  const stays = parsed.map(({ tables }, number) => ran.has(number) || tables);
  const deferred = (index) => index >= first && !stays[index - first];
  const elements = readElements(module);

  // Deferred functions that the first half names: each gets a stub and a place in the table.
  const named = new Set();
  const name = (index) => deferred(index) && named.add(index);
  parsed.forEach(({ calls }, number) => stays[number] && calls.forEach(({ index }) => name(index)));
  elements.forEach(({ functions }) => functions.forEach(name));
  module.exports.forEach(({ kind, index }) => kind === wasm.FUNC && name(index));
  const stubs = [...named].sort((a, b) => a - b);
  const [table] = module.limits(wasm.TABLE);
  const slot = new Map(stubs.map((index, at) => [index, table.minimum + at]));

  const held = new Set(parsed.flatMap(({ addresses }, number) => (stays[number] ? [...addresses] : [])));
  const data = splitData(module, held);
  return {
    first: firstHalf(module, { rest, stays, slot, parsed, deferred, data }),
    rest: restOf(module, { stays, slot, parsed, deferred, elements, data }),
    counts: { all: module.bodies.length, kept: stays.filter(Boolean).length, stubs: stubs.length },
  };
}

/** What a body names: calls and globals with their places, numbers that may be addresses, and whether it touches tables. */
function references(body) {
  const found = { calls: [], globals: [], addresses: new Set(), tables: false };
  for (const one of wasm.instructions(wasm.code(body))) {
    if (one.address !== null) found.addresses.add(one.address);
    if (one.op === CALL || one.op === REF_FUNC) found.calls.push(one);
    else if (one.op === GLOBAL_GET || one.op === GLOBAL_SET) found.globals.push(one);
    else if (onTables(one.op) || (one.op === 0xfc && body[one.from] >= 8 && body[one.from] !== 10 && body[one.from] !== 11)) found.tables = true;
    if (one.op === REF_FUNC) found.tables = true;
  }
  return found;
}

/** The active element segments of table 0: [{offset, functions}]. */
function readElements(module) {
  const section = module.sections.get(wasm.ELEMENT);
  if (!section) return [];
  const reader = new wasm.Reader(section);
  return Array.from({ length: reader.number() }, () => {
    const flags = reader.number();
    if (flags === 0) {
      if (reader.byte() !== 0x41) throw new Error("an element segment without a constant offset");
      const offset = reader.number();
      reader.byte();
      return { offset, functions: Array.from({ length: reader.number() }, () => reader.number()) };
    }
    if (flags === 3) { // declared for ref.func: no place in a table
      reader.byte();
      return { offset: null, functions: Array.from({ length: reader.number() }, () => reader.number()) };
    }
    throw new Error(`element segment with flags ${flags} is not understood`);
  });
}

function firstHalf(source, { rest, stays, slot, parsed, deferred, data }) {
  const module = new wasm.Module(source.write());
  const first = module.firstBody;
  const ownGlobals = module.globals();
  const globals = module.imports.filter((one) => one.kind === wasm.GLOBAL_KIND).length + ownGlobals.length;
  const come = globals; // the new global: 1 when the rest has come
  const ensure = first + module.bodies.length; // the new function that sees to it

  // `ensure` has the type () -> (), which may be new.
  const plain = module.types.findIndex(({ parameters, results }) => parameters.length === 0 && results.length === 0);
  const ensureType = plain >= 0 ? plain : module.types.length;
  if (plain < 0) module.sections.set(wasm.TYPE, vector([...module.types.map((type) => type.bytes), [0x60, 0, 0]]));

  const bodies = module.bodies.map((body, number) => {
    const index = first + number;
    if (stays[number]) return body;
    if (!slot.has(index)) return bytes([0, 0x00, END]); // nobody calls it: unreachable
    const type = module.functionTypes[index];
    const parameters = module.types[type].parameters.flatMap((_, at) => [0x20, ...leb(at)]);
    return bytes([0, CALL, ...leb(ensure)], parameters, [0x41, ...sleb(slot.get(index)), CALL_INDIRECT, ...leb(type), 0, END]);
  });
  bodies.push(bytes([0, GLOBAL_GET, ...leb(come), 0x45, 0x04, 0x40, 0x41, 1, CALL, ...leb(rest), END, END]));
  module.setBodies(bodies);
  module.sections.set(wasm.FUNCTION, vector([...module.functionTypes.slice(first), ensureType].map(leb)));
  append(module, wasm.GLOBAL, [0x7f, 1, 0x41, 0, END]);

  const limits = module.limits(wasm.TABLE).map((table, at) => {
    const more = at === 0 ? slot.size : 0;
    const maximum = table.maximum === null ? null : table.maximum + more;
    return bytes(table.before, wasm.limitsBytes({ ...table, minimum: table.minimum + more, maximum }));
  });
  module.sections.set(wasm.TABLE, vector(limits));

  const shared = sharedWith(source, { stays, parsed, deferred });
  const exported = new Set(module.exports.map((one) => one.name));
  const entries = [
    ...module.exports.map(({ name, kind, index }) => wasm.exportEntry(name, kind, index)),
    ...(exported.has(NAMES.memory) ? [] : [wasm.exportEntry(NAMES.memory, wasm.MEMORY_KIND, 0)]),
    wasm.exportEntry(NAMES.table, wasm.TABLE_KIND, 0),
    wasm.exportEntry(NAMES.come, wasm.GLOBAL_KIND, come),
    ...shared.globals.map((index) => wasm.exportEntry(NAMES.global(index), wasm.GLOBAL_KIND, index)),
    ...shared.functions.map((index) => wasm.exportEntry(NAMES.func(index), wasm.FUNC, index)),
  ];
  module.sections.set(wasm.EXPORT, vector(entries));
  module.sections.set(wasm.DATA, data.first);
  module.custom = source.custom.filter(keptSection);
  return module.write();
}

/** Sections for tools are not for readers, except what wasm-opt must know. */
const keptSection = ([name]) => name === "target_features";

/** What the deferred bodies use of the first half, in order of index. */
function sharedWith(module, { stays, parsed, deferred }) {
  const functions = new Set(), globals = new Set();
  parsed.forEach(({ calls, globals: used }, number) => {
    if (stays[number]) return;
    calls.forEach(({ index }) => deferred(index) || functions.add(index));
    used.forEach(({ index }) => globals.add(index));
  });
  const sorted = (set) => [...set].sort((a, b) => a - b);
  return { functions: sorted(functions), globals: sorted(globals) };
}

function restOf(source, { stays, slot, parsed, deferred, elements, data }) {
  const first = source.firstBody;
  const shared = sharedWith(source, { stays, parsed, deferred });
  const functionAt = new Map(shared.functions.map((index, at) => [index, at]));
  const globalAt = new Map(shared.globals.map((index, at) => [index, at]));
  const numbers = stays.flatMap((stay, number) => (stay ? [] : [number]));
  numbers.forEach((number, at) => functionAt.set(first + number, shared.functions.length + at));

  const module = new wasm.Module(source.write());
  const importedGlobals = source.imports.filter((one) => one.kind === wasm.GLOBAL_KIND);
  const ownGlobals = source.globals();
  const globalType = (index) => (index < importedGlobals.length ? importedGlobals[index].description : ownGlobals[index - importedGlobals.length]);
  const [table] = source.limits(wasm.TABLE);
  const [memory] = source.limits(wasm.MEMORY);
  const grown = { ...table, minimum: table.minimum + slot.size, maximum: table.maximum === null ? null : table.maximum + slot.size };
  module.sections = new Map([
    [wasm.TYPE, source.sections.get(wasm.TYPE)],
    [wasm.IMPORT, vector([
      wasm.importEntry(FIRST, NAMES.memory, wasm.MEMORY_KIND, wasm.limitsBytes(memory)),
      wasm.importEntry(FIRST, NAMES.table, wasm.TABLE_KIND, bytes(table.before, wasm.limitsBytes(grown))),
      ...shared.globals.map((index) => wasm.importEntry(FIRST, NAMES.global(index), wasm.GLOBAL_KIND, globalType(index))),
      ...shared.functions.map((index) => wasm.importEntry(FIRST, NAMES.func(index), wasm.FUNC, leb(source.functionTypes[index]))),
    ])],
    [wasm.FUNCTION, vector(numbers.map((number) => leb(source.functionTypes[first + number])))],
    [wasm.ELEMENT, vector(segments(elements, slot, functionAt, deferred))],
    [wasm.DATA, data.rest],
  ]);
  module.setBodies(numbers.map((number) => {
    const patches = [
      ...parsed[number].calls.map(({ from, to, index }) => [from, to, functionAt.get(index)]),
      ...parsed[number].globals.map(({ from, to, index }) => [from, to, globalAt.get(index)]),
    ].sort((a, b) => a[0] - b[0]);
    return patched(source.bodies[number], patches);
  }));
  module.custom = source.custom.filter(keptSection);
  return module.write();
}

/** The element segments of the rest: the stubs' places, and every place of the table that holds a stub so far. */
function segments(elements, slot, functionAt, deferred) {
  const places = [...slot].map(([index, place]) => [place, index]);
  for (const { offset, functions } of elements) {
    if (offset !== null) functions.forEach((index, at) => deferred(index) && places.push([offset + at, index]));
  }
  places.sort((a, b) => a[0] - b[0]);
  const runs = [];
  for (const [place, index] of places) {
    const run = runs[runs.length - 1];
    if (run && run.offset + run.functions.length === place) run.functions.push(index);
    else runs.push({ offset: place, functions: [index] });
  }
  return runs.map(({ offset, functions }) => bytes([0, 0x41, ...sleb(offset), END], vector(functions.map((index) => leb(functionAt.get(index))))));
}

/** Bytes with some stretches replaced by numbers: [[from, to, number]] in order. */
function patched(body, patches) {
  const parts = [];
  let at = 0;
  for (const [from, to, number] of patches) {
    parts.push(body.subarray(at, from), leb(number));
    at = to;
  }
  return bytes(...parts, body.subarray(at));
}

/** Adds an entry to a vector section. */
function append(module, section, entry) {
  const body = module.sections.get(section) ?? Uint8Array.of(0);
  const reader = new wasm.Reader(body);
  const count = reader.number();
  module.sections.set(section, bytes(leb(count + 1), body.subarray(reader.at), entry));
}

const root = fileURLToPath(new URL("../../", import.meta.url));

function optimise(file) {
  execFileSync(join(root, "node_modules/.bin/wasm-opt"), ["-Oz", "--one-caller-inline-max-function-size=40", file, "-o", file]);
}

async function main(dist) {
  const whole = join(dist, readdirSync(dist).find((file) => file.endsWith("_bg.wasm")));
  if (process.argv.includes("--whole")) {
    const module = new wasm.Module(readFileSync(whole));
    module.custom = module.custom.filter(keptSection);
    writeFileSync(whole, module.write());
    return optimise(whole);
  }
  const { first, rest, counts } = split(readFileSync(whole), await profile(dist));
  const part = (name, content) => {
    const file = join(dist, name);
    writeFileSync(file, content);
    optimise(file);
    return file;
  };
  const files = [part("first.wasm", first), part("rest.wasm", rest)];
  // Two profiles may differ a little, and only halves of one cut fit together: both are named after what is in both.
  const hash = createHash("sha256").update(Buffer.concat(files.map((file) => readFileSync(file)))).digest("hex").slice(0, 16);
  const [firstName, restName] = ["_bg", "_rest"].map((end) => basename(whole).replace(/-[0-9a-f]+_bg/, `-${hash}${end}`));
  renameSync(files[0], join(dist, firstName));
  renameSync(files[1], join(dist, restName));
  unlinkSync(whole);
  const page = join(dist, "index.html");
  const html = readFileSync(page, "utf8");
  const meta = /<meta\b[^>]*podium-wasm[^>]*>/.exec(html)[0];
  writeFileSync(page, html.replace(meta, `${meta.replace(basename(whole), firstName)}<meta name=podium-rest content=./${restName}>`));
  console.log(`until the first prompt ${counts.kept} of ${counts.all} functions run (and ${counts.stubs} stubs); the rest weighs ${statSync(join(dist, restName)).size} bytes`);
}

if (process.argv[1]?.endsWith("split.mjs")) await main(process.argv[2]);
