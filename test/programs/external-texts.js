// Texts that V8 keeps outside of its heap, cached and never dropped.
const pages = new Map();

function cachePage(url) {
  pages.set(url, Buffer.alloc(2e6, url).toString('latin1'));
}

for (let i = 0; i < 20; i++) cachePage(`/page/${i}`);
exports.get = (url) => pages.get(url);
throw new Error('enough');
