// After the flame graphs at Netflix: handlers are added to a router's stack at each reload and never removed.
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
class Layer {
  constructor(path, handler) {
    this.path = path;
    this.handler = handler;
    this.keys = [{ name: 'id', optional: false }];
    this.params = { path };
  }
}
class Router {
  constructor() {
    this.stack = [];
  }
  use(path, handler) {
    // leak
    this.stack.push(new Layer(path, handler));
  }
}
const app = { router: new Router() };
exports.reload = function reload(i) {
  app.router.use(`/static/${i}`, function serveStatic() {
    return i;
  });
};
for (let i = 0; i < leaked; i++) exports.reload(i);
write();
