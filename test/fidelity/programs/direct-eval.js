// Direct eval in sloppy code: it adds variables to the function, and all of its variables stay in a context.
function calculate(a, b) {
  var early = a * 2;
  let fixed = 'fixed';
  const result = eval('var added = early + b; let inner = added + 1; (() => fail(inner))()');
  return result + fixed + added;
}

function fail(value) {
  const text = `eval gave ${value}`;
  throw new Error(text);
}

calculate(20, 2);
