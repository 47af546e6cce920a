"""gunicorn reads this file from the folder it is started in."""

wsgi_app = "orders.wsgi:app"
bind = "127.0.0.1:8000"
workers = 3
preload_app = True
