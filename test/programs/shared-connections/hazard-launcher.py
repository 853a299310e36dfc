import os, socket
server = socket.create_server(('127.0.0.1', 0))
if os.fork() == 0:
    server.accept()[0].recv(1)
    os._exit(0)
client = socket.create_connection(server.getsockname())
os.dup2(client.fileno(), 100)
os.execvp(os.environ['NODE'], ['node', os.environ['PROGRAM']])
