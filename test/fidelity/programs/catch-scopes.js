// Catch variables, destructured ones, nested try statements and finally.
function attempt(steps) {
  try {
    const first = steps.shift();
    first();
  } catch (error) {
    const { message } = error;
    try {
      throw { code: 7, details: ['a', 'b'] };
    } catch ({ code, details: [detail, ...others] }) {
      let handled = `${message} ${code} ${detail}`;
      try {
        handled += others.length;
      } finally {
        const last = steps.length;
        fail(handled, last);
      }
    }
  }
}

function fail(handled, last) {
  throw new Error(handled + last);
}

attempt([
  () => {
    throw new Error('step');
  },
]);
