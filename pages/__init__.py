"""The screens: one file each, one `show(viewer)`; nothing happens on import."""
