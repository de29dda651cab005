// Sibling and nested blocks with the same names, some captured, some not.
function blocks(flag) {
  let outer = 'outer';
  {
    let outer = 'first block';
    const only = 1;
    outer += only;
  }
  {
    const second = 'second block';
    let kept = () => second;
    {
      let outer = kept();
      var hoisted = outer.length;
      if (flag) {
        const innermost = { outer, hoisted };
        return fail(innermost, () => outer);
      }
    }
    let afterwards = 1;
    return afterwards;
  }
}

function fail(value, read) {
  throw new Error(value.hoisted + read());
}

blocks(true);
