// switch: one scope for all cases, nested switches, a captured variable.
function select(kind, level) {
  switch (kind) {
    case 'first':
      let shared = 'from first';
    case 'second': {
      const inner = `${kind} ${level}`;
      switch (level) {
        case 1:
          const nested = () => shared;
          shared = inner;
          return fail(nested, inner);
        default:
          let unreached = 0;
          return unreached;
      }
    }
    case 'third':
      class InCase {}
      return InCase;
  }
}

function fail(read, text) {
  const value = read();
  throw new Error(value + text);
}

select('first', 1);
