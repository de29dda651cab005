// Async functions that were resumed after an await; process.abort stops inside.
async function load(id) {
  const before = `before ${id}`;
  await null;
  const after = { id, before };
  return finish(after);
}

function finish(result) {
  const text = JSON.stringify(result);
  process.abort();
  return text;
}

async function main(...ids) {
  let total = 0;
  for (const id of ids) {
    const loaded = await load(id);
    total += loaded.length;
  }
  return total;
}

const running = main(7, 8);
running.then((total) => total);
