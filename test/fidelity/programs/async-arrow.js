// Async arrow functions with destructured parameters, awaited in a chain.
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms, { waited: ms }));

const step = async ({ name, tags: [first = 'none'] = [] }, ...rest) => {
  const { waited } = await wait(1);
  let text = `${name} ${first} ${waited} ${rest.length}`;
  try {
    text += await Promise.resolve('!');
    process.abort();
  } finally {
    text = '';
  }
};

const outer = async () => {
  const options = { name: 'job', tags: ['x'] };
  await step(options, 1, 2);
};

outer();
