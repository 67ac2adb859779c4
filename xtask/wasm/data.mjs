// Which constants the first half needs. The linker says what it knows (`--emit-relocs`): every constant's place and name, and
// where code and other constants hold an address. So a constant stays when a body that stays holds an address of it, or a
// constant that stays does; all other constants go with the rest. Nothing is guessed: what is not known to be a constant stays.
import { DATA, Reader, bytes, leb, sleb, vector } from "./module.mjs";

/** Kinds of relocations whose value is an address of memory: in a load or store, in a constant, in data. */
const ADDRESSES = new Set([3, 4, 5]);
/** Those that carry an addend though they are no address we know; there must be none. */
const UNKNOWN = new Set([8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25]);
const DATA_SYMBOL = 1, SECTION_SYMBOL = 3, UNDEFINED = 0x10, EXPLICIT_NAME = 0x40;
/** A gap this small costs less as content than as a new segment. */
const SMALL = 8;

/** The data section in two: `{first, rest}`, each as the bytes of a section. `held` are the numbers that the bodies of the first half hold. */
export function splitData(module, held) {
  const segments = readSegments(module);
  const { symbols, names } = readLinking(section(module, "linking"));
  segments.forEach((segment, number) => group(segment, symbols.filter((symbol) => symbol?.segment === number)));
  const relocations = (name) => readRelocations(section(module, name), symbols, segments);

  // Addresses that code holds: each may be of more than one constant (the end of one is the beginning of the next).
  const at = new Map();
  for (const { value, block } of relocations("reloc.CODE")) add(at, value, block);
  for (const { value, block, offset } of relocations("reloc.DATA")) {
    const segment = segments.find(({ start, content }) => offset >= start && offset < start + content.length);
    const place = offset - segment.start;
    if (new DataView(segment.content.buffer, segment.content.byteOffset + place).getUint32(0, true) !== value) throw new Error("the data is not as the linker left it");
    const holder = segment.blocks.find(({ from, to }) => place >= from && place < to);
    if (!holder) throw new Error("an address in data that belongs to nothing");
    holder.holds.push(block);
  }

  const stays = new Set();
  const queue = [...held].flatMap((number) => [...(at.get(number) ?? [])]);
  segments.forEach(({ blocks }, number) => names[number].startsWith(".rodata") || queue.push(...blocks));
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (stays.has(next)) continue;
    stays.add(next);
    queue.push(...next.holds);
  }
  const goes = segments.map(({ content, blocks }) => {
    const bytes = new Array(content.length).fill(false);
    blocks.filter((block) => !stays.has(block)).forEach(({ from, to }) => bytes.fill(true, from, to));
    return bytes;
  });
  return { first: write(segments, goes, false), rest: write(segments, goes, true) };
}

function add(map, key, value) {
  if (!map.has(key)) map.set(key, new Set());
  map.get(key).add(value);
}

function section(module, name) {
  const found = module.custom.find(([one]) => one === name)?.[1];
  if (!found) throw new Error(`the module has no section ${name}: it must be linked with --emit-relocs`);
  return found;
}

/** The active segments: `{offset, start, content}`, with `start` the place of the content in the section. */
function readSegments(module) {
  const reader = new Reader(module.sections.get(DATA));
  return Array.from({ length: reader.number() }, () => {
    if (reader.number() !== 0 || reader.byte() !== 0x41) throw new Error("a data segment without a constant offset");
    const offset = reader.number();
    reader.byte();
    const length = reader.number();
    return { offset, start: reader.at, content: reader.take(length) };
  });
}

/** The linker's tables: symbols by number, those of data with their places, and the names of the segments. */
function readLinking(content) {
  const reader = new Reader(content);
  reader.number(); // version
  const symbols = [], names = [];
  while (reader.at < content.length) {
    const kind = reader.byte();
    const end = reader.number() + reader.at;
    if (kind === 5) for (let count = reader.number(); count > 0; count--) names.push([reader.text(), reader.number(), reader.number()][0]);
    if (kind === 8) for (let count = reader.number(); count > 0; count--) symbols.push(readSymbol(reader));
    reader.at = end;
  }
  return { symbols, names };
}

/** `{segment, offset, size}` of a constant, null of anything else. */
function readSymbol(reader) {
  const [kind, flags] = [reader.byte(), reader.number()];
  const here = !(flags & UNDEFINED);
  if (kind === DATA_SYMBOL) {
    reader.text();
    return here ? { segment: reader.number(), offset: reader.number(), size: reader.number() } : null;
  }
  reader.number();
  if (kind !== SECTION_SYMBOL && (here || flags & EXPLICIT_NAME)) reader.text();
  return null;
}

/** Where (`offset` in its section) an address stands, which (`value`), and of which block. */
function readRelocations(content, symbols, segments) {
  const reader = new Reader(content);
  reader.number(); // the section
  const found = [];
  for (let count = reader.number(); count > 0; count--) {
    const [kind, offset, index] = [reader.byte(), reader.number(), reader.number()];
    if (UNKNOWN.has(kind)) throw new Error(`a relocation of kind ${kind} is not understood`);
    if (!ADDRESSES.has(kind)) continue;
    const addend = reader.signed();
    const symbol = symbols[index];
    if (symbol) found.push({ offset, value: segments[symbol.segment].offset + symbol.offset + addend, block: symbol.block });
  }
  return found;
}

/** Gives every symbol its block: the stretch of bytes that it, and those that share bytes with it, take up. */
function group(segment, symbols) {
  segment.blocks = [];
  let block = null;
  for (const symbol of symbols.sort((a, b) => a.offset - b.offset)) {
    const end = symbol.offset + symbol.size;
    if (block && symbol.offset < block.to) block.to = Math.max(block.to, end);
    else segment.blocks.push((block = { from: symbol.offset, to: end, holds: [] }));
    symbol.block = block;
  }
}

/** The bytes of all segments that go (or stay), as segments of their own. */
function write(segments, goes, wanted) {
  const found = [];
  segments.forEach(({ offset, content }, number) => {
    let run = null;
    for (let at = 0; at < content.length; at++) {
      if (goes[number][at] !== wanted || (!run && content[at] === 0)) continue;
      if (run && at - run.to <= SMALL) run.to = at + 1;
      else found.push((run = { offset, content, from: at, to: at + 1 }));
    }
  });
  return vector(found.map(({ offset, content, from, to }) => bytes([0, 0x41, ...sleb(offset + from), 0x0b, ...leb(to - from)], content.subarray(from, to))));
}
