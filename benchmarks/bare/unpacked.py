"""The app without `Packing`: the page as it is, and every script read and packed by Gradio anew."""

import sys

import app
from explorer.web import door

door.Packing = lambda inner: inner
sys.exit(app.main())
