"""Where SageMaker requests go: moto's addresses, with our responses behind them."""

from moto.sagemaker.urls import url_bases

from studio_core.sandbox.studio.responses import StudioResponse

__all__ = ["url_bases", "url_paths"]

url_paths = {"{0}/$": StudioResponse.dispatch}
