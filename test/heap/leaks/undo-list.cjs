const { fill, write, innocents, leaked } = require('./innocents.cjs');
fill(innocents);
class Change {
  constructor(text, before) {
    this.text = text;
    this.before = before;
    this.selection = { start: 0, end: text.length };
  }
}
const editor = { undo: { last: null } };
exports.edit = function edit(i) {
  // leak
  editor.undo.last = new Change(`text ${i}`, editor.undo.last);
};
for (let i = 0; i < leaked; i++) exports.edit(i);
write();
