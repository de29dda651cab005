// Many functions that call each other at changing depths: a wide and deep call tree in a second or two.
const functions = [];
for (let i = 0; i < 400; i++) {
  const body = `
    let sum = 0;
    for (let k = 0; k < ${200 + i * 7}; k++) sum += Math.sqrt(k ^ ${i});
    return depth > 0 ? sum + functions[(${i} * 31 + depth * 7) % 400](functions, depth - 1) : sum;
    //# sourceURL=/srv/app/module${i % 40}.js`;
  functions.push(new Function('functions', 'depth', body));
}
const end = Date.now() + 2500;
for (let n = 0; Date.now() < end; n++) functions[n % 400](functions, 4 + (n % 40));
