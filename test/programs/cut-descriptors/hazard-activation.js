// Socket activation: the service manager's socket is descriptor 3, and the real server is started by Node.
//# reports: cut-descriptors info
//# tools: python3
//# launch: python3 "${PROGRAM%.js}.py"
'use strict';
const { spawn } = require('node:child_process');

const code = 'try { require("net").createServer().on("error", (e) => console.log(e.code)).listen({ fd: 3 }) } catch (e) { console.log(e.code) }';
spawn(process.execPath, ['-e', code], { stdio: 'inherit' }); //~ forked
