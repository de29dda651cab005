// After Meteor's well-known leak: a closure that nobody calls shares its scope with one that stays.
const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
let theThing = null;
exports.replaceThing = function replaceThing() {
  // leak
  const originalThing = theThing;
  const unused = () => originalThing; // leak
  theThing = {
    text: [...Array(2000).keys()].map((i) => ({ i })),
    method() {
      return 'called';
    }, // leak
    unused: undefined,
  };
  return unused === null;
};
for (let i = 0; i < leaked / 250; i++) exports.replaceThing();
write();
