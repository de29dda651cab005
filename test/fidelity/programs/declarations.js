// var, let, const, functions and classes: used and unused, before and after their declaration.
function declare(input) {
  var unusedVar;
  var usedVar = input;
  let noValue;
  const constant = Symbol('constant');
  function unusedFunction() {}
  function usedFunction(value) {
    return value;
  }
  class Local {
    static made = 1;
  }
  usedFunction(Local);
  const before = typeof later;
  stop(usedVar, constant);
  let afterwards = before;
  const never = noValue;
  var later = never;
  return afterwards;
}

function stop(value) {
  throw new Error(String(value));
}

declare(1);
