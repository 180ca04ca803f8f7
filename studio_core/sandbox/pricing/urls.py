"""Where price list requests go."""

from studio_core.sandbox.pricing.responses import PricingResponse

url_bases = [r"https?://api\.pricing\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": PricingResponse.dispatch}
