"""What the server imports: ``orders.wsgi:app``."""

from orders.app import create_app

app = create_app()
