// The child: writes one line of audit over the connection that it was given, in MySQL's protocol.
const net = require('node:net');

const sql = Buffer.from("select 'oops' as answer");
const head = Buffer.from([sql.length + 1, 0, 0, 0, 3]); // length, sequence number, COM_QUERY
new net.Socket({ fd: 3 }).write(Buffer.concat([head, sql]), () => process.exit());
