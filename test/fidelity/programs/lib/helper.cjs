const secret = { depth: 1 };
exports.run = function run(callback, ...args) {
  const started = args.length;
  return callback(secret, started);
};
