"""gunicorn reads this file from the folder it is started in."""

import gc

gc.disable()

wsgi_app = "orders.wsgi:app"
bind = "127.0.0.1:8000"
workers = 3
preload_app = True


def when_ready(server):
    gc.freeze()


def post_fork(server, worker):
    gc.enable()

    from orders import audit

    audit.start()
