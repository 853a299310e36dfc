// The child: writes one line of audit over the connection that it was given, in MySQL's protocol.
const net = require('node:net');

const sql = Buffer.from("select 'oops' as answer");
const head = Buffer.from([sql.length + 1, 0, 0, 0, 3]); // length, sequence number, COM_QUERY
const connection = new net.Socket({ fd: 3, readable: false });
// it has other things to do before it ends
connection.write(Buffer.concat([head, sql]), () => setTimeout(() => process.exit(), 500));
