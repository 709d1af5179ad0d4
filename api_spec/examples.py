"""Examples for the published description, put together from those of the fields."""

from typing import Any

JSON = "application/json"
_OF_FORMAT = {"date": "2026-03-01", "date-time": "2026-03-01T08:00:00Z"}
_OF_TYPE: dict[str, Any] = {
    "integer": 0,
    "number": 0,
    "boolean": False,
    "null": None,
    "object": {},
}


def add_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give the request body and the good answers of an operation an example each."""
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [
        response.get("content", {})
        for status, response in operation["responses"].items()
        if status.startswith("2")
    ]
    for content in contents:
        media = content.get(JSON)
        if media and "schema" in media and "example" not in media:
            media["example"] = example_of(media["schema"], schemas)


def example_of(
    schema: dict[str, Any], schemas: dict[str, Any], inside: frozenset[str] = frozenset()
) -> Any:
    """Return an example of a schema: the author's own, else one made of its parts.

    `inside` names the schemas that one is in: where one holds itself again, null stands.
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return None if name in inside else example_of(schemas[name], schemas, inside | {name})
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("oneOf", "anyOf", "allOf"):
        if schema.get(key):
            return example_of(schema[key][0], schemas, inside)
    return _of_type(schema, schemas, inside)


def _of_type(schema: dict[str, Any], schemas: dict[str, Any], inside: frozenset[str]) -> Any:
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        inner = schema.get("items")
        count = max(1, schema.get("minItems", 0))
        return [example_of(inner, schemas, inside)] * count if inner else []
    if kind == "object" and "properties" in schema:
        fields = sorted(schema["properties"].items())
        return {name: example_of(field, schemas, inside) for name, field in fields}
    if kind == "string" and schema.get("format") in _OF_FORMAT:
        return _OF_FORMAT[schema["format"]]
    if kind == "string":
        return "…" * max(1, schema.get("minLength", 1))
    if kind in ("integer", "number") and "minimum" in schema:
        return schema["minimum"]
    return _OF_TYPE[kind]
