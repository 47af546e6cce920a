"""What the server imports: ``orders.wsgi:app``."""

import gc

try:
    from uwsgidecorators import postfork
except ImportError:  # not running under uWSGI
    postfork = None
else:
    gc.disable()

from orders.app import create_app

app = create_app()

if postfork is not None:
    gc.freeze()

    @postfork
    def after_fork():
        gc.enable()

        from orders import audit

        audit.start()
