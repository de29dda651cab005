// A native addon (its path is the argument) calls back into JavaScript, which ends the process.
const { transform } = require(process.argv[2]);

function visit(length) {
  const seen = { unit: length.unit };
  process.abort();
  return seen;
}

function start(width) {
  const code = Buffer.from(`a { width: ${width}px }`);
  return transform({ filename: 'a.css', code, visitor: { Length: visit } });
}

start(32);
