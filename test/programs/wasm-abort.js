// (module (import "m" "back" (func $back)) (func $down call $back) (func (export "run") call $down))
// Ends without a stack trace: V8 has not looked its code up.
const sections = `
  0061736d 01000000
  01 04 01 60 00 00
  02 0a 01 01 6d 04 6261636b 00 00
  03 03 02 00 00
  07 07 01 03 72756e 00 02
  0a 0b 02  04 00 10 00 0b  04 00 10 01 0b
  00 0e 04 6e616d65 01 07 01 01 04 646f776e`;
const compiled = new WebAssembly.Module(Buffer.from(sections.replace(/\s+/g, ''), 'hex'));
function back() {
  process.abort();
}
new WebAssembly.Instance(compiled, { m: { back } }).exports.run();
