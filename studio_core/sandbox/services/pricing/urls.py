"""URLs of the price list."""

from studio_core.sandbox.services.pricing.responses import PricingResponse

# moto's server finds a service by its signing name, which lacks the "api." of the endpoint.
url_bases = [r"https?://(?:api\.)?pricing\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": PricingResponse.dispatch}
