"""The benchmark: Mokuteki beside what one would write without it, in one run on one machine."""

import warnings

# The package that brings PostgreSQL looks for a runtime folder on import, which it has no use for here.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
