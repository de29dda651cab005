// Dies of an error whose text tries to be more than text: escape sequences, markup, a fence of Markdown.
function attack(payload) {
  const text = `a\u001b[31mred\u009b0m ${payload}`;
  const error = new Error(`${text}\n\`\`\`\n<img src=x onerror=alert(1)>`);
  error['*/ 0; //'] = '*/ 1 /*';
  throw error;
}

setTimeout(() => attack('\u001b]8;;command:workbench.action.quit\u0007click\u001b]8;;\u0007'), 10);
