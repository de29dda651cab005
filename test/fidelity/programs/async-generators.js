// Async generators and for await.
async function* pages(count) {
  for (let page = 1; page <= count; page++) {
    await null;
    const body = `page ${page}`;
    yield { page, body };
  }
}

async function read() {
  const bodies = [];
  for await (const { page, body } of pages(3)) {
    const size = body.length;
    bodies.push(body);
    if (page === 2) stop(bodies, size);
  }
}

function stop(bodies, size) {
  const last = bodies.at(-1);
  process.abort();
  return last + size;
}

read();
