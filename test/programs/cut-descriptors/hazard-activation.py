import os, socket
server = socket.create_server(('127.0.0.1', 0))
if server.fileno() != 3: os.dup2(server.fileno(), 3)
os.set_inheritable(3, True)
os.environ['LISTEN_FDS'] = '1'
os.environ['LISTEN_PID'] = str(os.getpid())
os.execvp(os.environ['NODE'], ['node', os.environ['PROGRAM']])
