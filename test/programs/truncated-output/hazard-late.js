// Between the child's exit and the reader's arrival Node has read the output and dropped it.
//# reports: truncated-output error
'use strict';
const { spawn } = require('node:child_process');
const { once } = require('node:events');

(async () => {
  const child = spawn('seq', ['1', '2000']); //~ forked
  await once(child, 'exit');
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  console.log(text.length);
})();
