// Hot WebAssembly, which V8 compiles anew and may inline.
const sections = `
  0061736d 01000000
  01 06 01 60 01 7f 01 7f
  02 0a 01 01 6d 04 6261636b 00 00
  03 04 03 00 00 00
  07 07 01 03 72756e 00 03
  0a 1b 03
    06 00 20 00 10 00 0b
    06 00 20 00 10 01 0b
    0b 01 01 7f 20 00 41 01 6a 10 02 0b
  00 15 04 6e616d65 01 0e 02 00 04 6261636b 01 05 696e6e6572`;
const compiled = new WebAssembly.Module(Buffer.from(sections.replace(/\s+/g, ''), 'hex'));
const last = 2_000_000;

function back(value) {
  if (value > last) throw new RangeError(`no way back for ${value}`);
  return value;
}

const { exports: wasm } = new WebAssembly.Instance(compiled, { m: { back } });

function start() {
  let sum = 0;
  for (let i = 0; i <= last; i++) sum += wasm.run(i);
  return sum;
}

start();
