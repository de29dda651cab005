// Tagged templates, and template strings that call toString.
function tag(strings, ...values) {
  const raw = strings.raw[0];
  const joined = values.map((value) => `<${value}>`).join('');
  if (joined.includes('stop')) throw new Error(raw + joined);
  return joined;
}

const point = { x: 1, toString: () => tag`stop ${'stop'} here` };
tag`position \n ${point}`;
