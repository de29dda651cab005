// Closures that share variables, an IIFE, a module pattern and bound functions.
const store = (function createStore() {
  let state = { items: [] };
  const listeners = new Set();
  let notified = 0;
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(item) {
      state = { items: [...state.items, item] };
      for (const listener of listeners) {
        notified++;
        listener(state);
      }
    },
  };
})();

function watcher(limit, current) {
  const { length } = current.items;
  if (length > limit) throw new RangeError(`${this.name}: ${length}`);
}

store.subscribe(watcher.bind({ name: 'bound' }, 1));
store.add('a');
store.add('b');
