"""The course as static pages: chapters that play, ask and check without a kernel; Sphinx makes the pages."""
