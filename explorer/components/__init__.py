"""Our own browser parts. They are not for others to import: Gradio need not write stubs of them
beside their sources, which may lie where nothing can be written.
"""

from gradio import component_meta

component_meta.create_or_modify_pyi = lambda *component: None
