"""The documentation page: served whole from this package, nothing from anywhere else."""

from importlib.resources import files
from typing import Any

from litestar import Request, Response, Router, get
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

PATH = "/docs"
# Swagger UI sets style attributes and draws its icons from data URLs; no script is inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
STATIC = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js.LICENSE.txt": "text/plain; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
}


def _static(name: str) -> bytes:
    return files("api_spec").joinpath("static", name).read_bytes()


def _handler(name: str, media_type: str) -> Any:
    @get(f"/{name}", media_type=media_type, sync_to_thread=False, name=f"docs:{name}")
    def give() -> Response[bytes]:
        headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": POLICY}
        return Response(_static(name), media_type=media_type, headers=headers)

    return give


class Description(JsonRenderPlugin):
    """Serve the finished description as JSON."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the bytes that `create_app` made of the finished description."""
        return bytes(request.app.state.description)


class Page(OpenAPIRenderPlugin):
    """Serve the page and the files that it loads."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the page, the same for everybody."""
        return _static("index.html")

    def receive_router(self, router: Router) -> None:
        """Add the static files beside the page."""
        for name, media_type in STATIC.items():
            router.register(_handler(name, media_type))


def router() -> Router:
    """Return the public router that the framework mounts page and description on."""
    from litestar.datastructures import ResponseHeader

    policy = ResponseHeader(name="Content-Security-Policy", value=POLICY)
    return Router(
        PATH,
        route_handlers=[],
        opt={"public": True},
        include_in_schema=False,
        dto=None,
        return_dto=None,
        response_headers=[policy],
    )
