const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
const sessions = new Map();
exports.login = function login(i) {
  // leak
  sessions.set(`session-${i}`, { user: `user ${i}`, cart: [{ sku: i, amount: 1 }], seen: { at: i } });
};
for (let i = 0; i < leaked; i++) exports.login(i);
write();
