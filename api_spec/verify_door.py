"""The page that verifies a draw, given to whoever asks; it works from a file just as well."""

import re
from importlib.resources import files

from litestar import MediaType, Response, get

PAGE = files("api_spec").joinpath("static", "verify.html").read_bytes()


def _policy(page: bytes) -> str:
    """Return the page's own policy, and what only a header can say."""
    found = re.search(rb'Content-Security-Policy" content="([^"]+)"', page)
    assert found is not None, "the page states its policy"
    return f"{found[1].decode()}; frame-ancestors 'none'"


POLICY = _policy(PAGE)


@get("/verify", opt={"public": True}, include_in_schema=False, sync_to_thread=False)
def get_verify_page() -> Response[bytes]:
    """Give the page; what is verified on it never reaches the service."""
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": POLICY}
    return Response(PAGE, media_type=MediaType.HTML, headers=headers)
