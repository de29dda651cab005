// The temporal dead zone: in a register, in a context, in a block, in a switch, in a loop header.
function zone(kind) {
  const known = kind;
  const early = () => captured;
  switch (kind) {
    case 'other':
      let inOtherCase = 1;
      return inOtherCase;
    default: {
      const thrown = probe(early);
      let captured2 = thrown;
      for (const item of stop([known])) {
        captured2 += item;
      }
    }
  }
  let captured = 1;
  let stacked = 2;
  return captured + stacked;
}

function probe(read) {
  try {
    return read();
  } catch (error) {
    return error.name;
  }
}

function stop(list) {
  const name = list[0];
  throw new Error(name);
}

zone('kind');
