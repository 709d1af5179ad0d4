"""What stands in addresses, alike at every door: ids in paths, cursors and limits in queries."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter

from oversight.wire import ID_PATTERN, PAGE_LIMIT

IdInPath = Annotated[str, PathParameter(pattern=ID_PATTERN, description="A UUIDv7.")]
Cursor = Annotated[str, QueryParameter(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="Items on a page.")]
