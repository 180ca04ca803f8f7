"""URLs of SageMaker, handled by the responses of this package."""

from moto.sagemaker.urls import url_bases

from studio_core.sandbox.studio.responses import StudioResponse

__all__ = ["url_bases", "url_paths"]

url_paths = {"{0}/$": StudioResponse.dispatch}
