import http.server
import threading
import urllib.request

from shop.orders import slug


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = slug("Green Tea").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_slug_by_http():
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        assert urllib.request.urlopen(url, timeout=10).read() == b"green-tea"
        thread.join()
