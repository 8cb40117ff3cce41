"""A reverse proxy on loopback that writes down every exchange. Used by scripts/record-official."""

import http.client
import http.server
import json
import threading


class RecordingProxy:
    """Listens on a free loopback port and passes each request on to `upstream` (host, port)."""

    def __init__(self, upstream):
        self.exchanges = []
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                connection = http.client.HTTPConnection(*upstream, timeout=120)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                payload = answer.read()
                recorder.exchanges.append(
                    exchange(self.command, self.path, dict(self.headers.items()), body,
                             answer.status, dict(answer.getheaders()), payload))
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)
                connection.close()

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self):
        """The exchanges since the last call."""
        taken, self.exchanges = self.exchanges, []
        return taken

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def exchange(method, path, request_headers, request_body, status, response_headers, response_body):
    """One request and its answer, as it is stored."""
    return {
        "request": {
            "method": method,
            "path": path,
            "headers": kept(request_headers, ("authorization", "content-type", "x-api-version", "user-agent")),
            "body": readable(request_body),
        },
        "response": {
            "status": status,
            "headers": kept(response_headers, ("content-type", "allow", "www-authenticate", "x-client-version")),
            "body": readable(response_body),
        },
    }


def kept(headers, names):
    return {name.lower(): value for name, value in headers.items() if name.lower() in names}


def readable(body):
    """JSON as JSON, other text as text, the rest by its size."""
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        pass
    try:
        text = body.decode()
        if text.isprintable() or "\n" in text and "\0" not in text:
            return {"text": text} if len(text) <= 500 else {"text_characters": len(text)}
    except UnicodeDecodeError:
        pass
    return {"binary_bytes": len(body)}
