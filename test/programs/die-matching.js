'use strict';
// A regular expression that takes for ever, in compiled code: the process hangs until a signal ends it.
const pattern = /^(a+)+$/;
function validate(input) {
  return pattern.test(input);
}
for (let i = 0; i < 50; i++) validate('aaaa');
// The first match in compiled code comes once the pattern was used often enough.
require('node:child_process').spawn('sh', ['-c', `sleep 1; kill -ABRT ${process.pid}`], { stdio: 'ignore' });
validate(`${'a'.repeat(60)}!`);
