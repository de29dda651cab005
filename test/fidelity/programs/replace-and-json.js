// String.prototype.replace and JSON revivers, which call back from C++ and from builtins.
function revive(key, value) {
  if (key === 'deep') {
    return 'abc'.replace(/b/, function replacer(match, offset, whole) {
      const found = { match, offset, whole };
      throw new TypeError(`no replacement for ${found.match}`);
    });
  }
  return value;
}

JSON.parse('{"list": [1, 2, {"deep": true}]}', revive);
