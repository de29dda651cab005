// Functions of many shapes. Each variable that is looked for gets a number of its own, so that the bytecode
// tells where V8 put it.
function shape1(p, q) { let a = 1001; { let i1 = 1002; const i2 = 1003; a + i1 + i2 } if (p) { let other = 1004; var hoisted = 1005; other } for (let i = 1006; i < 1007; i++) { let body = 1008; body } }
function shape2(a, ...rest) { var x = 1001; return x }
function shape3({a, b}, c = 1001, [d] = [1002]) { var x = 1003; let y = 1004; { let z = 1005; z } return x }
function shape4(o) { let first = 1001; for (const x of o) { let y = 1002; y; var v = 1003 } for (let k in o) { let w = 1004; w } let last = 1005; }
function shape5() { let a = 1001; for (let i = 1002, j = 1003; i < 1010; i++) { let y = 1004; (() => i); y; var v = 1006 } let b = 1005; }
function shape6() { let a; var u; let b = 1001; const c = 1002; function unused() {} function used() {} used(); class K {} let z = 1003 }
async function shape7(p) { let a = 1001; await p; const b = 1002; }
const shape8 = async (p, {q}) => { let a = 1001; await p; const b = 1002; for (const x of p) { let c = 1003 } };
const shape9 = (p, ...r) => { let a = 1001; for (const x of p) { let c = 1003 } let d = 1004 };
function shape10(n) { switch (n) { case 1: let s1 = 1001; case 2: { const s2 = 1002; s2 } default: let s3 = 1003 } try { let t = 1004; t } catch (e) { let c1 = 1005; c1 } finally { let f = 1006; f } try {} catch ({m, n: nn}) { let c2 = 1007; m } }
class B { constructor() { let x = 1001 } } class D extends B { constructor() { super(); let y = 1002; if (new.target) { let z = 1003 } } m() { let w = 1004; super.toString(); } }
function shape11() { if (arguments.length) { function inner() {} let q = 1001 } let z = 1002; arguments; var y = 1003 }
const shape12 = function self(a) { let x = 1001; if (a) self(); { let y = 1002; y } };
function* shape13(a) { let x = 1001; yield x; { let y = 1002; yield y } }
async function* shape14(a) { let x = 1001; for await (const v of a) { let y = 1002; yield y } let z = 1003 }
function shape15() { { { let deep = 1001; deep } let mid = 1002; { let deep2 = 1003; deep2 } } { let second = 1004 } }
function shape16(a, b = () => a) { let x = 1001; var a; { let y = 1002 } return b }
function shape101(a, ...rest) { var x = 1001; { let y = 1002; eval2; y } return rest; function eval2() {} }
function shape102(a) { let x = 1001; const y = 1002; (() => x); let z = 1003; return z }
function shape103() { 'use strict'; let x = 1001; { function inner() {} let q = 1002 } { let w = 1003; function in2() { return w } } var y = 1004 }
function shape104(a) { for (let i = 1001; ; ) { let y = 1002; (() => i); if (y) break; } for (let j = 1003; j < 1; j++) { class A { f = 1; } let z = 1004; z } var q = 1005 }
function shape105(a) { for (const k of [1]) { const f = () => k; let y = 1001; { let z = 1002; z } } for (var v of [1]) { let w = 1003 } let e = 1004; }
function shape106() { label: for (let i = 1001, n = 1002; i < n; i++) { for (let j = 1003; j < 2; j++) { let k = 1004; if (k) continue label } } while (0) { let w = 1005; w } do { let d = 1006 } while (0); if (1) { let t = 1007 } else { let e = 1008 } }
function shape107() { class K { static s = 1; m() { return K } } let x = 1001; const C = class Named { static [Named_()]() {} }; let y = 1002; function Named_() { return 'a' } }
function shape108(a, b) { arguments; let x = 1001; { let y = 1002 } }
function shape109({a = (() => 5)(), b}, [c] = [], ...d) { let x = 1001; var y = 1002; { let z = 1003 } return a + b + c + d }
const shape110 = ({a}, b = 1, ...c) => { let x = 1001; for (const q of [1]) { let w = 1002 } let y = 1003; return [a, b, c] };
const shape111 = async ({a}, ...c) => { let x = 1001; await 1; for (const q of [1]) { let w = 1002 } let y = 1003; };
function* shape112(a = 1) { let x = 1001; yield 1; for (const q of [1]) { let w = 1002; yield w } let y = 1003; new.target }
function shape113() { try { let a = 1001; throw a } catch (e) { let b = 1002; var c = 1003; (() => e) } let d = 1004; try { } catch { let q = 1005 } }
function shape114(x) { if (x) function ff() {} let a = 1001; { function gg() {} let b = 1002; { function gg() {} let c = 1003 } } }
function shape115() { const o = { m() { return super.x }, get y() { return 1 } }; let a = 1001; const {b, c: {d, e = 4}} = {c: {}}; let z = 1002; }
function shape116() { var unusedVar; var x = 1001; let declaredOnly; const [p, , q = 3, ...r] = [1, 2]; let z = 1002; var x2 = 1003, x3 = 1004; }
function shape117() { using_: { let a = 1001; break using_ } switch (1) { case 0: { let b = 1002 } } let c = 1003; switch (c) { case 1: let x = 1004; switch (x) { default: let y = 1005 } } }
function shape118() { let a = 1001; return function self() { return a + (self ? 1 : 0) } }
async function shape119() { let a = 1001; try { await 1; let b = 1002 } catch (e) { let c = 1003; await e } finally { let d = 1004; await d } for await (const x of []) { let y = 1005 } for await (var v of []) { let w = 1006 } let z = 1007 }
function shape120() { return [1].map((v, i) => { let q = 1001; return q }).filter(function (x) { return x }) ; var r = 1002; let s = 1003 }
function shape121(a, a2, {x}) { if (a) { var q = 1001; } let x1 = 1002; var x; const n = 1003; return () => [x, n] }
function shape122() { let t = 1001; `${(() => t)()}${t}`; for (let [i, j] of []) { let q = 1002 } for (let {i, j} = {}; i; ) { let w = 1003 } for (let k in {}) { (() => k)(); let y = 1004 } }

const all = [shape1, shape2, shape3, shape4, shape5, shape6, shape7, shape8, shape9, shape10, shape11, shape12, shape13, shape14, shape15, shape16];
all.push(shape101, shape102, shape103, shape104, shape105, shape106, shape107, shape108, shape109, shape110, shape111, shape112, shape113, shape114, shape115, shape116, shape117, shape118, shape119, shape120, shape121, shape122);
for (const shape of all) {
  try {
    const result = shape({}, [], []);
    result.next?.();
    result.catch?.(() => undefined);
  } catch {
    // Only the bytecode matters.
  }
}
new D().m?.();
