// A body whose variables have the names of parameters, closures over both, and assigned parameters.
function shadow(a, b = () => a, c) {
  var a = a + 1;
  c ??= 'default';
  const inBody = () => a;
  a++;
  return fail(b() + inBody(), c);
}

function fail(sum, missing, absent) {
  sum = sum * 2;
  absent = absent || 'assigned';
  throw new Error(`${sum} ${missing} ${absent}`);
}

shadow(1);
