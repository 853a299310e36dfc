// The child: writes one line of audit over the connection that it was given, in PostgreSQL's protocol.
const net = require('node:net');

const sql = Buffer.from("select 'oops' as answer\0");
const head = Buffer.from([0x51, 0, 0, 0, sql.length + 4]); // 'Q', length
const connection = new net.Socket({ fd: 3, readable: false });
// it has other things to do before it ends
connection.write(Buffer.concat([head, sql]), () => setTimeout(() => process.exit(), 500));
