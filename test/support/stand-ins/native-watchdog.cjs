// Stands for @vscode/native-watchdog in the VS Code server of the tests: leaves when the parent is gone.
exports.start = (pid) => {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.exit(87);
    }
  }, 3000).unref();
};

exports.exit = (code) => process.exit(code || 0);
