"""Pictures of forecasts several steps ahead, of several features, and from many origins."""
