// Work that profilers see: recursion, mutual recursion, a builtin calling back, JSON, garbage.
'use strict';
const kept = [];

function spin(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i ^ rounds);
  return sum;
}

function descend(depth) {
  return depth === 0 ? spin(40_000) : descend(depth - 1) + 1;
}

function even(n) {
  return n === 0 ? spin(30_000) : odd(n - 1);
}

function odd(n) {
  return n === 0 ? spin(30_000) : even(n - 1);
}

function callBack() {
  return [3, 2, 1].map((x) => spin(x * 10_000)).length;
}

function allocate() {
  for (let i = 0; i < 400; i++) kept.push({ i, text: `item ${i}`, parts: [i, i + 1] });
  return JSON.stringify(kept.slice(-200)).length;
}

const end = Date.now() + 400;
let rounds = 0;
while (Date.now() < end) {
  descend(12);
  even(9);
  callBack();
  if (kept.length < 100_000) allocate();
  rounds++;
}
if (rounds === 0) process.exitCode = 1;
