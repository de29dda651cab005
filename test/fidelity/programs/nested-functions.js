// Functions in functions: closures over several levels, named function expressions, functions in blocks.
function outermost(base) {
  const level = 1;
  let counter = 0;
  function middle(add) {
    const level = 2;
    counter += add;
    return (function named(times) {
      const level = 3;
      if (times > 0) return named(times - 1);
      if (level) {
        function inBlock(value) {
          const all = [base, counter, add, value];
          throw new Error(all.join());
        }
        return inBlock(level);
      }
    })(2);
  }
  const unused = () => level;
  return middle(5);
}

outermost('base');
