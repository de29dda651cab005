// with: names that are looked up in an object.
function inside(settings) {
  var width = 1;
  let area;
  with (settings) {
    const local = width * height;
    area = local;
    with ({ extra: [1, 2] }) {
      check(area, extra);
    }
  }
}

function check(area, extra) {
  throw new RangeError(`${area} ${extra.length}`);
}

inside({ width: 3, height: 4, nothing: null });
