"""The application factory."""

from flask import Flask

from orders import settings
from orders.routes import api


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.from_object(settings)
    app.register_blueprint(api)
    return app
