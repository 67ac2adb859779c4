// What `cargo xtask dist` does to the WebAssembly (xtask/wasm): a small module, cut by hand and run.
import { assert, test } from "../harness.mjs";
import * as wasm from "../../../xtask/wasm/module.mjs";
import { split } from "../../../xtask/wasm/split.mjs";

const { bytes, leb, sleb, vector } = wasm;
const AT = 1024; // where the constants lie
const text = (string) => bytes(leb(string.length), new TextEncoder().encode(string));
const word = (number) => new Uint8Array(Uint32Array.of(number).buffer);
const body = (...code) => [0, ...code, 0x0b];
const load = [0x28, 2, 0];
const constant = (number) => [0x41, ...sleb(number)];

/** `hot` reads 11 by way of a pointer, `cold` 33 likewise and adds what `hot` says; each with what the linker knows of it. */
function linked() {
  const constants = [word(AT + 4), word(11), word(AT + 12), word(33)]; // each pointer and what it points to
  const data = bytes([1, 0, ...constant(AT), 0x0b, 16], ...constants);
  const symbol = (number) => bytes([1, 0], text(`c${number}`), [0, number * 4, 4]);
  const part = (id, content) => bytes([id], leb(content.length), content);
  const module = new wasm.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  module.sections = new Map([
    [wasm.TYPE, vector([[0x60, 0, 1, 0x7f], [0x60, 1, 0x7f, 0]])],
    [wasm.IMPORT, vector([wasm.importEntry("env", "podiumRest", wasm.FUNC, [1])])],
    [wasm.FUNCTION, vector([[0], [0]])],
    [wasm.TABLE, vector([[0x70, 0, 2]])],
    [wasm.MEMORY, vector([[0, 1]])],
    [wasm.EXPORT, vector([wasm.exportEntry("memory", wasm.MEMORY_KIND, 0), wasm.exportEntry("hot", wasm.FUNC, 1), wasm.exportEntry("cold", wasm.FUNC, 2)])],
    [wasm.ELEMENT, vector([[0, ...constant(1), 0x0b, 1, 2]])],
    [wasm.DATA, data],
  ]);
  module.setBodies([body(...constant(AT), ...load, ...load), body(...constant(AT + 8), ...load, ...load, 0x10, 1, 0x6a)].map((one) => Uint8Array.from(one)));
  module.custom = [
    ["linking", bytes([2], part(5, vector([bytes(text(".rodata"), [2, 0])])), part(8, vector([0, 1, 2, 3].map(symbol))))],
    ["reloc.CODE", bytes([0], vector([[4, 0, 0, 0], [4, 0, 2, 0]]))],
    ["reloc.DATA", bytes([0], vector([[5, data.length - 16, 1, 0], [5, data.length - 8, 3, 0]]))],
  ];
  return module.write();
}

test("split: what runs later comes with its constants, and is fetched when it is called", async () => {
  const { first, rest, counts } = split(linked(), new Set([0]));
  assert.deepEqual(counts, { all: 2, kept: 1, stubs: 1 });
  let fetched = 0;
  const podiumRest = () => {
    fetched += 1;
    new WebAssembly.Instance(new WebAssembly.Module(rest), { p: half });
    half.rest_come.value = 1;
  };
  const half = new WebAssembly.Instance(new WebAssembly.Module(first), { env: { podiumRest } }).exports;
  const constants = () => [...new Uint32Array(half.memory.buffer, AT, 4)];
  assert.deepEqual([half.hot(), fetched, constants()], [11, 0, [AT + 4, 11, 0, 0]], "only what `hot` reads is there");
  assert.deepEqual([half.cold(), half.cold(), fetched, constants()], [44, 44, 1, [AT + 4, 11, AT + 12, 33]]);
});

test("split: without the linker's knowledge nothing is cut", async () => {
  const module = new wasm.Module(linked());
  module.custom = [];
  assert.throws(() => split(module.write(), new Set([0])), /--emit-relocs/);
});
