// (module (import "m" "back" (func $back (param i32) (result i32))) (func $inner (param i32) (result i32) local.get 0 call $back) (func (export "run") (param i32) (result i32) local.get 0 i32.const 1 i32.add call $inner))
const bytes = Uint8Array.from([0,97,115,109,1,0,0,0, 1,6,1,96,1,127,1,127, 2,10,1,1,109,4,98,97,99,107,0,0, 3,3,2,0,0, 7,7,1,3,114,117,110,0,2, 10,18,2, 6,0,32,0,16,0,11, 9,0,32,0,65,1,106,16,1,11, 0,21,4,110,97,109,101,1,14,2, 0,4,98,97,99,107, 1,5,105,110,110,101,114]);
function back(n) { if (n === 42) { Error.stackTraceLimit=50; console.error(new Error('x').stack); process.abort(); } return n; }
const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { back } });
setTimeout(function start() { instance.exports.run(41); }, 1);
