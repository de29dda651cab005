import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * Mocha's spec reporter, which also appends `{passed, failed, pending}` as a line of JSON to the file named
 * by DAYAFTER_RESULTS, so that the starter of the tests can sum up over all suites.
 */
export default class Reporter extends Mocha.reporters.Spec {
  done(failures, finished) {
    const { passes, failures: failed, pending } = this.stats;
    const results = process.env.DAYAFTER_RESULTS;
    if (results) appendFileSync(results, `${JSON.stringify({ passed: passes, failed, pending })}\n`);
    finished?.(failures);
  }
}
