"""Where price list requests go."""

from studio_core.sandbox.services.pricing.responses import PricingResponse

# The endpoint has a prefix that the signing name, by which a server finds it, has not.
url_bases = [r"https?://(?:api\.)?pricing\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": PricingResponse.dispatch}
