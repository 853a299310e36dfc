// Listening in the handler of `exit` is in time; output that nobody wants, or that there is none of, is not lost.
'use strict';
const { spawn } = require('node:child_process');
const { once } = require('node:events');

const early = spawn('seq', ['1', '2000']);
let text = '';
early.on('exit', () => early.stdout.on('data', (chunk) => (text += chunk)));
early.on('close', () => console.log(text.length));

(async () => {
  await once(spawn('echo', ['nobody wants this']), 'close');
  const silent = spawn('true');
  await once(silent, 'exit');
  for await (const chunk of silent.stdout) console.log(String(chunk));
  const collected = spawn('echo', ['collected']);
  const [chunks] = await Promise.all([collected.stdout.toArray(), once(collected, 'exit')]);
  console.log(String(chunks));
  collected.stdout.on('data', () => {});
})();
