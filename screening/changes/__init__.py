"""Why a score moved: every change between two scored days, in parts by cause that add up exactly."""
